using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Storage.Postgres;

namespace OpenBanking.Tests.Storage.Postgres;

/// <summary>How PostgreSQL finds a batch's rows. The tables here are empty, as they are when a bank begins, and their
/// statistics say so: the planner must not read whole worlds for that reason when they have grown.</summary>
public sealed class PostgresPlanTests(AnalyzedDatabase analyzed) : IClassFixture<AnalyzedDatabase>
{
    public static TheoryData<string> Tables => [.. Schema.Tables.Select(table => table.Name)];

    public static TheoryData<string> ChangedTables =>
        [.. Schema.Tables.Where(table => table.Versioned).Select(table => table.Name)];

    public static TheoryData<string> Sealed => [.. SealedColumns.All.Select(column => column.Name)];

    [Theory]
    [MemberData(nameof(Tables))]
    public void Rows_are_found_by_their_whole_key(string name)
    {
        var table = Schema.Tables.Single(table => table.Name == name);

        AssertByKey(table, PlanOf(PostgresText.SelectByKeys(table, locking: false)));
        AssertByKey(table, PlanOf(PostgresText.SelectByKeys(table, locking: true)));
        AssertByKey(
            table,
            PlanOf(
                PostgresText.Lookup(table, PostgresText.IsKey(table), table.KeyColumns.Select(table.KindOf))
            )
        );
    }

    [Theory]
    [MemberData(nameof(ChangedTables))]
    public void Rows_are_changed_where_they_were_found(string name)
    {
        var table = Schema.Tables.Single(table => table.Name == name);

        var plan = PlanOf(PostgresText.Update(table, table.Columns));

        AssertByKey(table, plan);
        Assert.Contains("Tid Scan on", plan);
    }

    [Theory]
    [MemberData(nameof(Sealed))]
    public void Sealed_values_are_replaced_where_they_were_found(string name)
    {
        var column = SealedColumns.All.Single(column => column.Name == name);

        AssertByKey(column.Table, PlanOf(PostgresText.Replace(column.Table, column.Column)));
    }

    private static void AssertByKey(Table table, string plan)
    {
        Assert.Matches($"Index (Only )?Scan using {table.Name}_pkey on", plan);
        var condition = plan.Split('\n').Single(line => line.Contains("Index Cond:"));
        Assert.All(
            table.KeyColumns.Prepend("world"),
            column => Assert.Matches($@"[( ]\(?""?{column}""?\)?(::text)? = ", condition)
        );
    }

    /// <summary>The plan that is made once and for all parameters.</summary>
    private string PlanOf(string sql)
    {
        var parameters = string.Join(
            ", ",
            Enumerable.Repeat("NULL", Enumerable.Range(1, 40).Last(i => sql.Contains($"${i}")))
        );
        return analyzed.Database.Text(
            $"{PostgresWriteSession.Settings}; PREPARE planned AS {sql}; "
                + $"EXPLAIN EXECUTE planned({parameters}); DEALLOCATE planned"
        );
    }
}

/// <summary>An empty database, whose statistics say that it is.</summary>
public sealed class AnalyzedDatabase : IDisposable
{
    public AnalyzedDatabase() => Database.Execute("ANALYZE");

    public PostgresDatabase Database { get; } = new();

    public void Dispose() => Database.Dispose();
}
