using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Npgsql;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>A PostgreSQL that is there and refuses: a right that was taken away, a database that takes no writes.</summary>
public sealed class RefusingStoreTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<string> logs = [];
    private readonly string role = $"serve_{Guid.NewGuid():N}";
    private readonly string folder = Directory.CreateTempSubdirectory("openbanking-refused-").FullName;
    private TestServer server = null!;
    private string database = null!;
    private RawClient client = null!;
    private string agreement = null!;
    private string token = null!;

    public async ValueTask InitializeAsync()
    {
        database = PostgresCluster.Shared.ConnectionStringOf(PostgresCluster.Shared.NewDatabase());
        await using (
            await TestServer.StartAsync(
                dataFolder: folder,
                settings: ["Storage:Provider=Postgres", $"Storage:ConnectionString={database}"]
            )
        )
        {
            // It has made the schema.
        }

        Execute(
            $"""
            CREATE ROLE {role} LOGIN;
            GRANT USAGE ON SCHEMA public TO {role};
            GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
            REVOKE INSERT, UPDATE, DELETE ON schema_migration FROM {role}
            """
        );
        var serving = new NpgsqlConnectionStringBuilder(database) { Username = role };
        server = await TestServer.StartAsync(
            builder => builder.Logging.ClearProviders().AddProvider(new LogRecorder(logs)),
            folder,
            "Logging:LogLevel:Default=Information",
            "Storage:Provider=Postgres",
            "Storage:MigrateAtStart=false",
            $"Storage:ConnectionString={serving.ConnectionString}"
        );
        var partner = await TestPartner.NewAsync(server.Address);
        var customer = await partner.LinkAsync();
        await partner.TopUpAsync(customer, Money.Yuan(100));
        agreement = customer.AgreementId!;
        client = new RawClient(partner, server.Address);
        token = await client.AppTokenAsync();
        Assert.Equal(201, (await PayAsync("before")).Status);
        Assert.Equal(200, await ReadyAsync());
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_right_that_is_taken_away_is_told_once_and_what_needs_it_is_sent_later()
    {
        Execute($"REVOKE INSERT ON payment FROM {role}");

        foreach (var order in (string[])["one", "two", "three"])
        {
            await AssertLaterAsync(PayAsync(order));
        }

        Assert.Equal(503, await ReadyAsync());
        // Who needs nothing of it is served.
        Assert.Equal(200, (await GetPaymentsAsync()).Status);
        Assert.NotEmpty(await client.AppTokenAsync());
        Assert.Equal(
            "Error The API waits for the store: The store does not let the server do this for now. "
                + "PostgreSQL: permission denied for table payment (42501). Give the role that right; where it may not change the "
                + "schema, run OpenBanking.Server migrate as one that may, and start with Storage:MigrateAtStart=false. ",
            Assert.Single(logs, line => line.StartsWith("Error", StringComparison.Ordinal))
        );
        Assert.DoesNotContain(logs, line => line.Contains("is split", StringComparison.Ordinal));

        Execute($"GRANT INSERT ON payment TO {role}");

        Assert.Equal(200, await ReadyAsync());
        Assert.Equal(201, (await PayAsync("two")).Status);
        for (var i = 0; !logs.Any(line => line.Contains("The store is back for The API")); i++)
        {
            Assert.True(i < 200, "It is not told that it is over.");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task A_right_to_read_that_is_taken_away_is_no_error_of_the_servers()
    {
        Execute($"REVOKE SELECT ON payment FROM {role}");

        await AssertLaterAsync(GetPaymentsAsync());
        Assert.Equal(503, await ReadyAsync());

        Execute($"GRANT SELECT ON payment TO {role}");

        Assert.Equal(200, await ReadyAsync());
        Assert.Equal(200, (await GetPaymentsAsync()).Status);
    }

    [Fact]
    public async Task A_database_that_takes_no_writes_is_waited_for()
    {
        SetReadOnly("on");

        await AssertLaterAsync(PayAsync("one"));
        await AssertLaterAsync(
            client.PostFormAsync("/oauth/token", [("grant_type", "client_credentials"), ("scope", null)])
        );
        Assert.Equal(503, await ReadyAsync());
        // Each proof is written down.
        await AssertLaterAsync(GetPaymentsAsync());
        Assert.Contains(
            " in a read-only transaction (25006). Lead the server to the primary, or let the database be written to.",
            Assert.Single(
                logs,
                line => line.Contains("The API waits for the store", StringComparison.Ordinal)
            ),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(logs, line => line.Contains("   at ", StringComparison.Ordinal));

        SetReadOnly("off");

        Assert.Equal(200, await ReadyAsync());
        // Its nonce is asked for anew.
        await PayAsync("one");
        Assert.Equal(201, (await PayAsync("one")).Status);
    }

    /// <summary>Nobody ends the connections that were made read-only: the server leaves them by itself.</summary>
    [Fact]
    public async Task A_database_that_takes_writes_again_is_found_out_by_new_connections()
    {
        SetReadOnly("on");
        await AssertLaterAsync(PayAsync("one"));

        Execute($"ALTER ROLE {role} SET default_transaction_read_only = off");

        await AssertComesBackAsync();
    }

    /// <summary>It was there at the start: somebody has set the role, or the database, to look elsewhere.</summary>
    [Fact]
    public async Task A_schema_that_the_role_has_lost_is_waited_for()
    {
        Execute($"ALTER ROLE {role} SET search_path = 'nowhere'");
        EndConnections();

        await AssertLaterAsync(PayAsync("one"));
        await AssertLaterAsync(GetPaymentsAsync());
        Assert.Equal(503, await StatusOfAsync("/health"));
        Assert.Equal(503, await ReadyAsync());
        Assert.Contains(
            "does not exist (42P01). The role does not find the server's tables, or not as the server made them: let its search_path "
                + "lead to their schema, and GRANT it USAGE there, or lead the server to its own database.",
            Assert.Single(
                logs,
                line => line.Contains("The API waits for the store", StringComparison.Ordinal)
            ),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(logs, line => line.Contains("   at ", StringComparison.Ordinal));
        // It watches, and does not take it for over.
        await Task.Delay(TimeSpan.FromSeconds(6), TestContext.Current.CancellationToken);
        Assert.DoesNotContain(logs, line => line.Contains("The store is back for The API"));

        Execute($"ALTER ROLE {role} RESET search_path");

        await AssertComesBackAsync();
    }

    /// <summary>What may not be used is not looked in: PostgreSQL speaks of it as of a table that is not there.</summary>
    [Fact]
    public async Task A_schema_that_the_role_may_use_no_more_is_waited_for()
    {
        Execute($"REVOKE USAGE ON SCHEMA public FROM {role}, public");

        await AssertLaterAsync(PayAsync("one"));
        await AssertLaterAsync(GetPaymentsAsync());
        Assert.Equal(503, await ReadyAsync());

        Execute($"GRANT USAGE ON SCHEMA public TO {role}");

        await AssertComesBackAsync();
    }

    [Fact]
    public async Task A_table_that_is_gone_is_no_error_of_the_servers()
    {
        Execute("ALTER TABLE payment RENAME TO payment_elsewhere");

        await AssertLaterAsync(GetPaymentsAsync());
        Assert.Equal(503, await ReadyAsync());
        Assert.Contains(
            logs,
            line => line.Contains("relation \"payment\" does not exist (42P01)", StringComparison.Ordinal)
        );

        Execute("ALTER TABLE payment_elsewhere RENAME TO payment");

        await AssertComesBackAsync();
    }

    private async Task AssertComesBackAsync()
    {
        Assert.Equal(200, await ReadyAsync());
        Assert.Equal(200, await StatusOfAsync("/health"));
        // Its nonce may be asked for anew.
        await PayAsync("one");
        Assert.Equal(201, (await PayAsync("one")).Status);
        Assert.Equal(200, (await GetPaymentsAsync()).Status);
    }

    private static async Task AssertLaterAsync(Task<RawAnswer> sent)
    {
        var answer = await sent;
        Assert.Equal((503, "overloaded"), (answer.Status, answer.Code));
        Assert.NotNull(answer.Headers.RetryAfter);
    }

    private Task<RawAnswer> GetPaymentsAsync() =>
        client.CallAsync(HttpMethod.Get, "/v1/orders/before", token);

    private Task<RawAnswer> PayAsync(string order) =>
        client.CallAsync(
            HttpMethod.Post,
            "/v1/payments",
            token,
            $$"""
            {"order_no":"{{order}}","amount":{"currency":"CNY","amount":1000},"agreement_id":"{{agreement}}"}
            """,
            order
        );

    private Task<int> ReadyAsync() => StatusOfAsync("/health/ready");

    private async Task<int> StatusOfAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Address, path));
        return (await client.SendAsync(request)).Status;
    }

    /// <summary>What holds of connections from now on, as after a failover: of all, as none is opened between the setting
    /// and the end of those that were there.</summary>
    private void SetReadOnly(string value)
    {
        Execute($"ALTER ROLE {role} SET default_transaction_read_only = {value}");
        EndConnections();
    }

    private void EndConnections() =>
        Execute($"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE usename = '{role}'");

    private void Execute(string sql)
    {
        using var connection = new NpgsqlConnection($"{database};Pooling=false");
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }
}
