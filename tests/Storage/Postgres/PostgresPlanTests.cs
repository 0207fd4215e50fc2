using OpenBanking.Server.Audit;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Storage.Postgres;
using OpenBanking.Server.TopUps;

namespace OpenBanking.Tests.Storage.Postgres;

/// <summary>How PostgreSQL finds a batch's rows. The tables here are empty, as they are when a bank begins, and their
/// statistics say so: the planner must not read whole worlds for that reason when they have grown.</summary>
public sealed class PostgresPlanTests(AnalyzedDatabase analyzed) : IClassFixture<AnalyzedDatabase>
{
    public static TheoryData<string> Tables => [.. Schema.Tables.Select(table => table.Name)];

    public static TheoryData<string> ChangedTables =>
        [.. Schema.Tables.Where(table => table.Versioned).Select(table => table.Name)];

    public static TheoryData<string> AddedTables =>
        [.. Schema.Tables.Where(table => table.SumColumn is not null).Select(table => table.Name)];

    public static TheoryData<string> Sealed => [.. SealedColumns.All.Select(column => column.Name)];

    [Theory]
    [MemberData(nameof(Tables))]
    public void Rows_are_found_by_their_whole_key(string name)
    {
        var table = Schema.Tables.Single(table => table.Name == name);

        AssertByKey(table, PlanOf(PostgresText.SelectByKeys(table)));
        AssertByKey(table, PlanOf(PostgresText.Load(table, locking: false)));
        AssertByKey(table, PlanOf(PostgresText.Load(table, locking: true)));
        AssertByKey(
            table,
            PlanOf(
                PostgresText.Lookup(table, PostgresText.IsKey(table), table.KeyColumns.Select(table.KindOf))
            )
        );
    }

    [Theory]
    [MemberData(nameof(AddedTables))]
    public void Sums_that_were_relied_on_are_found_by_their_whole_key(string name)
    {
        var table = Schema.Tables.Single(table => table.Name == name);

        AssertByKey(table, PlanOf(PostgresText.RequireSums(table)));
    }

    /// <summary>The version is asked for by what changes the row: when it had to wait for another writer, PostgreSQL asks that
    /// again, and nothing else.</summary>
    [Theory]
    [MemberData(nameof(ChangedTables))]
    public void Rows_are_changed_where_they_were_read_as_long_as_they_have_their_version(string name)
    {
        var table = Schema.Tables.Single(table => table.Name == name);

        var plan = PlanOf(PostgresText.Update(table, table.Columns));

        Assert.Contains($"Tid Scan on {name}", plan);
        Assert.DoesNotContain("Index", plan);
        var filter = plan.Split('\n').Single(line => line.Contains("Filter:"));
        Assert.All(
            table.KeyColumns.Concat(["world", "version"]),
            column => Assert.Matches($@"[ (]\(?""?{column}""?\)?(::text)? = | = ""?{column}\b", filter)
        );
    }

    [Theory]
    [MemberData(nameof(Sealed))]
    public void Sealed_values_are_replaced_where_they_were_found(string name)
    {
        var column = SealedColumns.All.Single(column => column.Name == name);

        AssertByKey(column.Table, PlanOf(PostgresText.Replace(column.Table, column.Column)));
    }

    /// <summary>As the bank asks, where there are as many as in some years: how the closing of an account goes, whether one is
    /// on its way from it, and those that wait for their card.</summary>
    [Theory]
    [InlineData(
        "world = 1 AND account_id = md5('7')::uuid AND source = 1 ORDER BY id DESC LIMIT 1",
        "withdrawal_of_account"
    )]
    [InlineData(
        "world = 1 AND account_id = md5('7')::uuid AND language IS NOT NULL ORDER BY id DESC LIMIT 1",
        "withdrawal_of_account"
    )]
    [InlineData(
        "world = 1 AND account_id = md5('7')::uuid AND source = 3 AND state = 1",
        "withdrawal_of_account"
    )]
    [InlineData("state = 3 AND source <> 1 ORDER BY created_at LIMIT 100", "withdrawal_waiting")]
    public void Withdrawals_are_found_among_many_by_an_index(string condition, string index)
    {
        using var database = new PostgresDatabase();
        database.Execute(
            """
            INSERT INTO withdrawal
                (world, id, customer_id, account_id, card_id, source, state, currency, amount, created_at, version)
            SELECT 1, md5('w' || i)::uuid, md5('c')::uuid, md5((i % 20000)::text)::uuid, md5('b')::uuid,
                1 + i % 3, CASE WHEN i % 500 = 0 THEN 3 ELSE 2 END, 'CNY', 1, now() + i * interval '1 s', 1
            FROM generate_series(1, 60000) AS i
            """
        );

        var plan = database.Text($"ANALYZE withdrawal; EXPLAIN SELECT * FROM withdrawal WHERE {condition}");

        Assert.Matches($"Index Scan (using|on) {index}", plan);
        Assert.DoesNotContain("Seq Scan", plan);
    }

    [Fact]
    public void What_is_not_on_an_account_is_found_by_its_index() =>
        Assert.Contains(
            "using own_top_up_not_on_account on own_top_up",
            PlanOf(
                PostgresText.Select(
                    OwnTopUpTables.TopUps,
                    "state <> 2 AND state = 1 AND account_id = ?2 ORDER BY id LIMIT ?3"
                )
            )
        );

    /// <summary>As the bank asks, where a receiver has been away for long and others were deleted: neither reads what waits for
    /// receivers that are there.</summary>
    [Theory]
    [InlineData(
        """
            (world, id) > (0, md5('1')::uuid) AND state = 1 AND EXISTS (
                SELECT 1 FROM webhook_delivery delivery
                WHERE delivery.world = webhook_endpoint.world AND delivery.endpoint_id = webhook_endpoint.id
                AND delivery.state = 1 AND delivery.due_at <= now())
            ORDER BY world, id LIMIT 256
            """,
        "webhook_endpoint"
    )]
    [InlineData("endpoint_id = md5('1')::uuid AND state = 1 AND due_at = to_timestamp(0) LIMIT 32")]
    [InlineData(
        "endpoint_id = md5('1')::uuid AND state = 1 AND due_at > to_timestamp(0) AND due_at <= now() ORDER BY due_at LIMIT 32"
    )]
    [InlineData(
        """
            state = 1 AND (world, endpoint_id) IN (
                SELECT endpoint.world, endpoint.id FROM webhook_endpoint endpoint WHERE endpoint.state <> 1) LIMIT 500
            """
    )]
    public void Deliveries_that_wait_are_found_by_their_endpoint(
        string condition,
        string table = "webhook_delivery"
    )
    {
        using var database = new PostgresDatabase();
        database.Execute(
            """
            INSERT INTO webhook_endpoint (world, id, app_id, url, events, secret, state, created_at, version)
            SELECT 1, md5(i::text)::uuid, md5('a')::uuid, '', '', '\x00', 1 + i / 290, now(), 1
            FROM generate_series(1, 300) AS i;
            INSERT INTO webhook_delivery (world, endpoint_id, event_id, state, attempts, due_at, version)
            SELECT 1, md5((i % 300)::text)::uuid, md5('e' || i)::uuid, CASE WHEN i % 300 % 30 = 1 THEN 1 ELSE 2 END, 0,
                to_timestamp(0) + i / 300 % 2 * interval '1 s' * i, 1
            FROM generate_series(1, 60000) AS i
            """
        );

        var plan = database.Text(
            $"ANALYZE webhook_endpoint, webhook_delivery; EXPLAIN SELECT * FROM {table} WHERE {condition}"
        );

        Assert.Matches("Index Scan (using|on) webhook_delivery_waiting", plan);
        Assert.DoesNotContain("Seq Scan on webhook_delivery", plan);
    }

    /// <summary>However long the chain is, and whatever the planner thinks of the queue: the table is new to it, or was long
    /// when it last looked.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("ANALYZE audit_unsealed, audit_seal; ")]
    public void What_waits_for_its_place_in_the_chain_is_found_without_reading_the_chain(string first)
    {
        using var database = new PostgresDatabase();
        database.Execute(
            """
            INSERT INTO audit_unsealed (world, id) SELECT i % 500, md5(i::text)::uuid FROM generate_series(1, 20000) AS i;
            INSERT INTO audit_seal (world, position, record_world, record_id, previous_hash, hash, sealed_at)
            SELECT 0, row_number() OVER (), world, id, '\x00', '\x00', now() FROM audit_unsealed
            """
        );
        database.Execute($"{first}DELETE FROM audit_unsealed");

        var waiting = PlanOf(
            database,
            PostgresText.SelectAcrossWorlds(AuditTables.Unsealed, AuditChain.Waiting.Text),
            settings: "SET plan_cache_mode = force_generic_plan"
        );
        var placed = PlanOf(database, PostgresText.Sweep(AuditTables.Unsealed, AuditChain.Placed.Text));

        Assert.All(
            [waiting, placed],
            plan =>
            {
                Assert.Matches(
                    @"Index Cond: \(\(record_world = audit_unsealed(_1)?.world\) AND \(record_id = audit_unsealed(_1)?.id\)\)",
                    plan
                );
                Assert.Single(plan.Split('\n'), line => line.Contains("on audit_seal"));
            }
        );
    }

    /// <summary>However many lines there are: those after a place, and no others.</summary>
    [Fact]
    public void A_page_of_a_settlement_account_is_read_by_the_key()
    {
        using var database = new PostgresDatabase();
        database.Execute(
            """
            INSERT INTO entry
                (world, account_id, sequence, posting_id, kind, amount, currency, business_date, created_at)
            SELECT 1, md5((i % 3)::text)::uuid, CASE WHEN i % 2 = 0 THEN i + (1::bigint << 50) ELSE i + (1::bigint << 60) END,
                md5(i::text)::uuid, 1, 1, 'CNY', '2026-06-15', now() FROM generate_series(1, 60000) AS i;
            ANALYZE entry
            """
        );

        var plan = PlanOf(
            database,
            PostgresSettlementLineTests.Query.Text.Replace('?', '$'),
            settings: "SET plan_cache_mode = force_generic_plan"
        );

        var conditions = plan.Split('\n').Where(line => line.Contains("Index Cond:")).ToList();
        Assert.Equal(3, conditions.Count);
        Assert.All(conditions, condition => Assert.Contains("account_id = ", condition));
        Assert.Equal(
            2,
            conditions.Count(condition =>
                condition.Contains("ROW(sequence, posting_id) > ROW(", StringComparison.Ordinal)
            )
        );
        Assert.DoesNotContain("Seq Scan", plan);
        Assert.DoesNotContain("Bitmap", plan);
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

    private string PlanOf(string sql) => PlanOf(analyzed.Database, sql);

    /// <summary>The plan that is made once and for all parameters.</summary>
    internal static string PlanOf(
        PostgresDatabase database,
        string sql,
        string settings = PostgresWriteSession.Settings
    )
    {
        var parameters = string.Join(
            ", ",
            Enumerable.Repeat("NULL", Enumerable.Range(1, 40).Last(i => sql.Contains($"${i}")))
        );
        return database.Text(
            $"{settings}; PREPARE planned AS {sql}; "
                + $"EXPLAIN EXECUTE planned({parameters}); DEALLOCATE planned"
        );
    }
}

/// <summary>An empty database, whose statistics say that it is.</summary>
public sealed class AnalyzedDatabase : IDisposable
{
    public AnalyzedDatabase() => Database.Execute("ANALYZE");

    public PostgresDatabase Database { get; } = PostgresDatabase.Unused();

    public void Dispose() => Database.Dispose();
}
