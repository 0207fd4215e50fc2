using Npgsql;

namespace OpenBanking.Server.Storage.Postgres;

/// <summary>One statement for the rows that come alone in their tables, as most do when a batch is one command: a
/// statement costs more than its row.</summary>
/// <param name="command">Has the world as its first parameter.</param>
/// <param name="textFor">What it says for these tables, a row of each.</param>
internal sealed class PostgresSharedStatement(
    NpgsqlBatchCommand command,
    Func<IReadOnlyList<Table>, string> textFor
)
{
    private readonly List<Table> tables = [];
    private readonly List<Action<RowReader>> found = [];

    public void Insert<TRow>(Table<TRow> table, TRow row)
    {
        table.Write(row, new PostgresColumns(command.Parameters));
        Include(table);
    }

    public void Select<TKey, TRow>(Table<TKey, TRow> table, TKey key, Action<TRow> whenFound)
        where TKey : struct
        where TRow : class
    {
        table.WriteKey(key, new PostgresColumns(command.Parameters));
        found.Add(row => whenFound(table.Read(row)));
        Include(table);
    }

    /// <summary>Hands over the rows that are there; a row that is not has no key.</summary>
    public void Read(NpgsqlDataReader result)
    {
        result.Read();
        var row = new PostgresRow(result);
        var first = 0;
        foreach (var (table, whenFound) in tables.Zip(found))
        {
            if (!result.IsDBNull(first + table.FirstKeyColumn))
            {
                whenFound(row.StartAt(first));
            }

            first += table.Columns.Count;
        }
    }

    private void Include(Table table)
    {
        tables.Add(table);
        command.CommandText = textFor(tables);
    }
}
