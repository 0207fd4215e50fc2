using OpenBanking.Server.Storage;
using OpenBanking.Tests.Storage.Audit;
using OpenBanking.Tests.Storage.Engine;

namespace OpenBanking.Tests.Storage.Sqlite;

/// <summary>A file that was damaged on its disk: the database gives what its constraints do not allow, or cannot be read at all.</summary>
public sealed class SqliteDamageTests : AuditSuite<SqliteDatabase>
{
    [Fact]
    public async Task Two_links_of_one_record_are_a_chain_that_does_not_hold()
    {
        await SealBusinessAsync();
        Database.Execute(
            """
            CREATE TABLE damaged AS SELECT * FROM audit_seal;
            DROP TABLE audit_seal;
            ALTER TABLE damaged RENAME TO audit_seal;
            UPDATE audit_seal SET record_id = (SELECT record_id FROM audit_seal WHERE position = 2) WHERE position = 3
            """
        );

        var run = await RunAsync("verify-audit");

        Assert.Equal((ServerProgram.Failed, ""), (run.ExitCode, run.Error));
        Assert.StartsWith("Position 3 of the chain was changed", run.Output[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("verify-books", "entry")]
    [InlineData("verify-audit", "audit_record")]
    [InlineData("verify-audit", "schema_migration")]
    public async Task A_page_that_is_garbled_is_told_with_what_to_do(string command, string table)
    {
        await SealBusinessAsync();

        var run = await RunDamagedAsync(() => Garble(table), command);

        Assert.Equal((ServerProgram.Failed, ""), (run.ExitCode, run.Error));
        Assert.Equal(
            "The store's file is damaged (SQLite 11: database disk image is malformed). Keep a copy of it as it is, "
                + "and restore a backup (docs/operating/server.md).",
            run.Output[^1]
        );
    }

    [Fact]
    public async Task A_value_that_is_none_of_its_column_is_told_as_damage()
    {
        await SealBusinessAsync();
        Database.Execute("UPDATE account SET outflow_day = 20261399 WHERE world = 7");

        var run = await RunDamagedAsync(() => { }, "verify-books");

        Assert.Equal((ServerProgram.Failed, ""), (run.ExitCode, run.Error));
        Assert.StartsWith(
            "The store's file is damaged (SQLite 11: a value cannot be read: ",
            run.Output[^1],
            StringComparison.Ordinal
        );
    }

    /// <summary>What is written goes by what is read: nothing more is, until somebody has looked.</summary>
    [Fact]
    public async Task Nothing_is_written_any_more_once_a_page_was_found_garbled()
    {
        await DoBusinessAsync();
        Restart();
        await Store.RequireUsableAsync();
        Database.Scalar("PRAGMA wal_checkpoint(TRUNCATE)");
        Garble("sandbox_message");

        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() =>
            Engine.SubmitAsync(Probe.Put(1))
        );
        var other = await Assert.ThrowsAsync<StoreUnavailableException>(DoBusinessAsync);
        var unusable = await Assert.ThrowsAsync<StoreUnavailableException>(async () =>
            await Store.RequireUsableAsync()
        );

        Assert.Equal(
            "The store's file is damaged (SQLite 11: database disk image is malformed). Keep a copy of it as it is, "
                + "and restore a backup (docs/operating/server.md).",
            failure.Damage
        );
        Assert.Equal((failure.Damage, failure.Damage), (other.Damage, unusable.Damage));
        Assert.True(failure.IsRefusal);
    }

    [Fact]
    public async Task A_server_does_not_start_on_a_file_that_is_none_of_a_database()
    {
        var run = await RunDamagedAsync(() => File.WriteAllText(Path, new string('x', 5_000)));

        Assert.Equal(ServerProgram.CannotStart, run.ExitCode);
        Assert.StartsWith("The store's file is damaged (SQLite 26: ", run.Error, StringComparison.Ordinal);
    }

    private string Path => ((SqliteDatabase)Database).Path;

    private void Garble(string table)
    {
        var size = int.Parse(Database.Scalar("PRAGMA page_size")!);
        var page = int.Parse(Database.Scalar($"SELECT rootpage FROM sqlite_schema WHERE name = '{table}'")!);
        using var file = File.OpenWrite(Path);
        file.Position = (long)(page - 1) * size;
        file.Write([.. Enumerable.Repeat((byte)0x5a, size)]);
    }

    /// <summary>The file is whole again afterwards, for the engine of the test.</summary>
    private Task<ServerRun> RunDamagedAsync(Action damage, params string[] command) =>
        WhileStoppedAsync(async () =>
        {
            Database.Scalar("PRAGMA wal_checkpoint(TRUNCATE)");
            var whole = await File.ReadAllBytesAsync(Path);
            damage();
            var run = await ServerProgram.RunAsync([.. command, .. Database.Settings, MasterKey]);
            await File.WriteAllBytesAsync(Path, whole);
            return run;
        });

    private async Task SealBusinessAsync()
    {
        await DoBusinessAsync();
        await SealAllAsync(Chain);
        await Chain.SignAsync(now: true);
    }

    private Task<ServerRun> RunAsync(string command) =>
        WhileStoppedAsync(() => ServerProgram.RunAsync([command, .. Database.Settings, MasterKey]));
}
