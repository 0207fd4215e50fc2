using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Storage;

/// <summary>A value of one column, and where it stands.</summary>
/// <param name="Key">The row's key, a value a column.</param>
/// <param name="Other">The value of another column of the row.</param>
internal sealed record ColumnValue(World World, IReadOnlyList<object> Key, object Other, byte[] Value);

/// <summary>Reads one column of any table, whatever else its rows hold.</summary>
internal static class ColumnValues
{
    /// <summary>The values of a table whose key is one id, in the order of world and id.</summary>
    public static ValueTask<IReadOnlyList<ColumnValue>> ListAfterAsync(
        Store store,
        Table table,
        string column,
        string other,
        World world,
        Guid id,
        int most
    )
    {
        var query = Begin(table, column, other);
        var key = table.KeyColumns.Single();
        query.AppendLiteral($" AND (world, {key}) > (?1, ");
        query.AppendFormatted(id);
        query.AppendLiteral($") ORDER BY world, {key} LIMIT ");
        query.AppendFormatted(most);
        return store.QueryAsync(world, query, row => Read(row, table, other));
    }

    /// <summary>The values of a table of a few rows.</summary>
    public static ValueTask<IReadOnlyList<ColumnValue>> ListAsync(
        Store store,
        Table table,
        string column,
        string other
    )
    {
        var query = Begin(table, column, other);
        query.AppendLiteral(" AND world >= ?1");
        return store.QueryAsync(World.Live, query, row => Read(row, table, other));
    }

    /// <summary>How many values begin with which four bytes.</summary>
    public static ValueTask<IReadOnlyList<(byte[] Beginning, long Count)>> CountAsync(
        Store store,
        Table table,
        string column
    )
    {
        var query = new Sql(0, 0);
        query.AppendLiteral(
            $"SELECT substr({column}, 1, 4), COUNT(*) FROM {table.Name} "
                + $"WHERE world >= ?1 AND length({column}) > 0 GROUP BY 1"
        );
        return store.QueryAsync(World.Live, query, row => (row.Blob()!, row.Int64()!.Value));
    }

    private static Sql Begin(Table table, string column, string other)
    {
        var query = new Sql(0, 0);
        query.AppendLiteral(
            $"SELECT world, {string.Join(", ", table.KeyColumns)}, {other}, {column} FROM {table.Name} "
                + $"WHERE {column} IS NOT NULL"
        );
        return query;
    }

    private static ColumnValue Read(RowReader row, Table table, string other) =>
        new(
            new World((int)row.Int64()!.Value),
            [.. table.KeyColumns.Select(key => Read(row, table.KindOf(key)))],
            Read(row, table.KindOf(other)),
            row.Blob()!
        );

    private static object Read(RowReader row, ColumnKind kind) =>
        kind switch
        {
            ColumnKind.Int64 => row.Int64()!.Value,
            ColumnKind.Text => row.Text()!,
            ColumnKind.Uuid => row.Uuid()!.Value,
            _ => throw new NotSupportedException($"A key has no {kind}."),
        };
}
