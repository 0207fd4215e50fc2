using OpenBanking.Server.Authorization;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Storage.Postgres;
using OpenBanking.Server.TopUps;

namespace OpenBanking.Tests.Storage.Postgres;

/// <summary>How PostgreSQL finds what one customer or app asks for where others have much, and what is swept among much that is
/// kept: by an index that leads to it, so that it costs no more than what there is of it.</summary>
public sealed class PostgresManyRowsPlanTests(BusyDatabase busy) : IClassFixture<BusyDatabase>
{
    public static TheoryData<string, string, string> Asked =>
        new()
        {
            { TopUpTables.TopUps.Name, "account_id = ?2 AND state = 1 LIMIT 1", "top_up_under_way" },
            {
                IntentTables.Intents.Name,
                "kind = 9 AND state <> 3 AND subject_id = ?2 ORDER BY id LIMIT ?3",
                "intent_of_card"
            },
            {
                SessionTables.Sessions.Name,
                "expires_at > ?2 AND customer_id = ?3 AND state <> ?4 ORDER BY expires_at DESC LIMIT ?5",
                "customer_session_of_customer"
            },
            {
                AuthorizationTables.Interactions.Name,
                "expires_at > ?2 AND mobile_index = ?3 ORDER BY expires_at DESC LIMIT ?4",
                "interaction_of_mobile"
            },
        };

    public static TheoryData<string, string, string> Swept =>
        new()
        {
            { IntentTables.Intents.Name, "state = 3 AND due_at < ?2", "intent_done" },
            {
                SandboxTables.Messages.Name,
                SandboxOutside.SentBefore(default).Text,
                "sandbox_message_by_age"
            },
            { AuthorizationTables.RefreshTokens.Name, "created_at < ?2", "refresh_token_by_age" },
        };

    [Theory]
    [MemberData(nameof(Asked))]
    public void What_is_asked_for_is_found_by_its_index(string table, string condition, string index)
    {
        var plan = PostgresPlanTests.PlanOf(
            busy.Database,
            PostgresText.Select(TableOf(table), condition),
            settings: "SET plan_cache_mode = force_generic_plan"
        );

        Assert.Matches($"Index Scan (using|on) {index}", plan);
        Assert.DoesNotContain("Seq Scan", plan);
    }

    [Theory]
    [MemberData(nameof(Swept))]
    public void What_is_swept_is_found_by_its_age(string table, string condition, string index)
    {
        var plan = PostgresPlanTests.PlanOf(busy.Database, PostgresText.Sweep(TableOf(table), condition));

        Assert.Matches($"Index Scan (using|on) {index}", plan);
        Assert.DoesNotContain("Seq Scan", plan);
    }

    /// <summary>As after every commit that asks something of the outside: who waits for a code waits for no transfers to be
    /// read.</summary>
    [Theory]
    [InlineData(nameof(IntentGroup.Requests), "intent_request_due")]
    [InlineData(nameof(IntentGroup.Messages), "intent_message_due")]
    [InlineData(nameof(IntentGroup.Notices), "intent_notice_due")]
    public void What_is_due_of_one_kind_is_found_without_reading_the_others(string group, string index)
    {
        var plan = PostgresPlanTests.PlanOf(
            busy.Database,
            PostgresText.SelectAcrossWorlds(
                IntentTables.Intents,
                IntentWorker.DueIn(Enum.Parse<IntentGroup>(group), default, default).Text
            ),
            settings: "SET plan_cache_mode = force_generic_plan"
        );

        Assert.Contains($"Index Scan using {index}", plan);
        Assert.DoesNotContain("Sort", plan);
    }

    /// <summary>As each call of <c>/health</c> asks: where a card's bank is away for a day, it counts so many, and reads no more.</summary>
    [Fact]
    public void Outstanding_transfers_are_counted_without_reading_all_that_wait()
    {
        var plan = PostgresPlanTests.PlanOf(
            busy.Database,
            PostgresText.SelectAcrossWorlds(
                IntentTables.Intents,
                OutstandingTransfers.AskedBefore(default).Text
            ),
            settings: "SET plan_cache_mode = force_generic_plan"
        );

        Assert.Contains("Index Scan using intent_", plan);
        Assert.DoesNotContain("Sort", plan);
    }

    private static Table TableOf(string name) => Schema.Tables.Single(table => table.Name == name);
}

/// <summary>A database with many rows of many customers.</summary>
public sealed class BusyDatabase : IDisposable
{
    public BusyDatabase() =>
        Database.Execute(
            """
            INSERT INTO top_up (world, id, app_id, agreement_id, customer_id, account_id, card_id, state, currency, amount,
                created_at, version)
            SELECT 1, md5('t' || i)::uuid, md5((i % 50)::text)::uuid, md5('a' || i % 5000)::uuid, md5('c' || i % 5000)::uuid,
                md5('n' || i % 5000)::uuid, md5('b' || i % 5000)::uuid, CASE WHEN i % 3 = 0 THEN 1 ELSE 2 END, 'CNY', 1, now(), 1
            FROM generate_series(1, 30000) AS i;
            INSERT INTO intent (world, id, kind, state, subject_id, attempts, due_at, created_at, version)
            SELECT 1, md5('i' || i)::uuid, (ARRAY[1, 3, 6, 9])[1 + i % 4], 1 + i % 3, md5('n' || i % 5000)::uuid, 1,
                now() + i * interval '1 s', now(), 1
            FROM generate_series(1, 30000) AS i;
            INSERT INTO customer_session (world, id, state, browser_hash, mobile, mobile_index, code_id, customer_id, expires_at,
                version)
            SELECT 1, md5('s' || i)::uuid, 2, '', '', i % 5000, md5('o' || i)::uuid, md5('c' || i % 5000)::uuid,
                now() + i * interval '1 s', 1
            FROM generate_series(1, 30000) AS i;
            INSERT INTO interaction (world, id, app_id, request_hash, browser_hash, mobile_index, signed_in, completed, expires_at,
                version)
            SELECT 1, md5('w' || i)::uuid, md5((i % 50)::text)::uuid, '', '', i % 5000, true, false, now() + i * interval '1 s', 1
            FROM generate_series(1, 30000) AS i;
            INSERT INTO sandbox_message (world, id, mobile, text, sent_at)
            SELECT 1, md5('i' || i)::uuid, i % 10, '', now() + i * interval '1 s' FROM generate_series(1, 30000) AS i;
            INSERT INTO refresh_token (world, hash, app_id, consent_id, created_at)
            SELECT 1, md5('r' || i), md5((i % 50)::text)::uuid, md5('k' || i)::uuid, now() + i * interval '1 s'
            FROM generate_series(1, 30000) AS i;
            ANALYZE
            """
        );

    public PostgresDatabase Database { get; } = new();

    public void Dispose() => Database.Dispose();
}
