using OpenBanking.Server.Accounts;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Storage.Sqlite;

namespace OpenBanking.Tests.Storage.Sqlite;

/// <summary>One file, one process.</summary>
public sealed class SqliteFileTests : IDisposable
{
    private readonly SqliteDatabase database = new();

    [Fact]
    public void A_second_store_on_the_same_file_is_refused()
    {
        using var store = database.Open();

        var refusal = Assert.Throws<StoreInUseException>(() => database.Open());

        Assert.Contains(database.Path, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_file_is_free_again_once_its_store_is_closed()
    {
        database.Open().Dispose();

        database.Open().Dispose();
    }

    [Fact]
    public async Task A_second_process_on_the_same_file_is_refused_and_told_why()
    {
        using (database.Open())
        {
            var refused = await VerifyBooksAsync();
            Assert.Equal(ServerProgram.CannotStart, refused.ExitCode);
            Assert.StartsWith("Another process is using", refused.Error, StringComparison.Ordinal);
        }

        Assert.Equal(ServerProgram.Ok, (await VerifyBooksAsync()).ExitCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nothere")]
    public async Task A_plan_makes_neither_a_folder_nor_a_file(string name)
    {
        var folder = Directory.CreateTempSubdirectory("openbanking-plan-").FullName;

        var plan = await ServerProgram.RunAsync(
            "migrate",
            "--plan",
            $"--Server:DataFolder={Path.Combine(folder, name)}"
        );

        Assert.Equal((ServerProgram.Ok, ""), (plan.ExitCode, plan.Error));
        Assert.EndsWith(" to apply; nothing was changed", plan.Output[^1], StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder));
        Directory.Delete(folder);
    }

    [Fact]
    public async Task The_books_are_verified_from_the_command_line()
    {
        using (var store = database.Open())
        {
            using var session = store.OpenWriteSession();
            session.Insert(Rows.World, AccountTables.Accounts, Rows.Account with { Available = 0 });
        }

        var sound = await VerifyBooksAsync();
        Assert.Equal(ServerProgram.Ok, sound.ExitCode);
        Assert.Equal(["0 payments, 0 entries: the books balance"], sound.Output);

        database.Execute("UPDATE account SET available = 1");
        var broken = await VerifyBooksAsync();
        Assert.Equal(ServerProgram.Failed, broken.ExitCode);
        Assert.Equal(
            [
                "VIOLATED 1 times: a customer's balance is the sum of its entries",
                $"  {Rows.Account.Id} in world 7",
                "0 payments, 0 entries: the books DO NOT balance",
            ],
            broken.Output
        );
    }

    [Fact]
    public void No_commit_copies_the_log_back_by_itself_and_each_waits_for_the_disk()
    {
        database.Open().Dispose();
        using var writer = new SqliteConnection(database.Path, writes: true);
        using var reader = new SqliteConnection(database.Path, writes: false);

        Assert.Equal(("wal", 2, 0), SettingsOf(writer));
        Assert.Equal(("wal", 2, 0), SettingsOf(reader));
    }

    [Fact]
    public void A_disk_without_room_is_told_with_what_SQLite_says_of_it()
    {
        database.Open().Dispose();
        var connection = new SqliteConnection(database.Path, writes: true);
        connection.Execute("PRAGMA max_page_count = 1");
        using var session = new SqliteWriteSession(connection, new KeysInMemory(), new(database.Path));
        var big = Rows.App with { Name = new string('x', 1_000_000) };

        var failure = Assert.Throws<StoreUnavailableException>(() =>
            session.Insert(Rows.World, PartnerTables.Apps, big)
        );

        Assert.Equal(
            "The store cannot be reached, or has no room left. SQLite 13: database or disk is full",
            failure.Reason
        );
    }

    [Fact]
    public async Task A_second_name_of_the_file_is_the_same_store()
    {
        var folder = Directory.CreateTempSubdirectory("openbanking-link-").FullName;
        File.CreateSymbolicLink(Path.Combine(folder, "openbanking.db"), database.Path);
        using (database.Open())
        {
            var refused = await ServerProgram.RunAsync("verify-books", $"--Server:DataFolder={folder}");
            Assert.Equal(ServerProgram.CannotStart, refused.ExitCode);
            Assert.StartsWith("Another process is using", refused.Error, StringComparison.Ordinal);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_file_that_pages_say_otherwise_than_their_indexes_does_not_prove_sound()
    {
        using (var store = database.Open())
        {
            using var session = store.OpenWriteSession();
            session.Insert(Rows.World, AccountTables.Accounts, Rows.Account with { Available = 0 });
        }

        database.Execute(
            """
            PRAGMA writable_schema = ON;
            DELETE FROM sqlite_schema WHERE name = 'account_of_customer';
            """
        );
        database.Execute("DELETE FROM account");

        var verified = await VerifyBooksAsync();

        Assert.Equal(ServerProgram.Failed, verified.ExitCode);
        Assert.StartsWith(
            "The store's file is damaged (SQLite 11: ",
            verified.Output[^1],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_reader_cannot_write()
    {
        database.Open().Dispose();
        using var reader = new SqliteConnection(database.Path, writes: false);

        Assert.Throws<SqliteStoreException>(() => reader.Execute("DELETE FROM payment"));
    }

    public void Dispose() => database.Dispose();

    private Task<ServerRun> VerifyBooksAsync() =>
        ServerProgram.RunAsync(["verify-books", .. database.Settings]);

    private static (string? Journal, long? Synchronous, long? Checkpoint) SettingsOf(
        SqliteConnection connection
    )
    {
        return (
            Row(connection, "PRAGMA journal_mode").Text(),
            Row(connection, "PRAGMA synchronous").Int64(),
            Row(connection, "PRAGMA wal_autocheckpoint").Int64()
        );

        static OpenBanking.Server.Storage.RowReader Row(SqliteConnection connection, string pragma)
        {
            var statement = connection.Prepare(pragma);
            statement.Step();
            return statement.Row;
        }
    }
}
