using System.Diagnostics;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Storage.Sqlite;

namespace OpenBanking.Tests.Storage.Sqlite;

/// <summary>One file, one process.</summary>
public sealed class SqliteFileTests : IDisposable
{
    private const int CannotStart = 2;
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
            var (exitCode, _, error) = await VerifyBooksAsync();
            Assert.Equal(CannotStart, exitCode);
            Assert.StartsWith("Another process is using", error, StringComparison.Ordinal);
        }

        Assert.Equal(0, (await VerifyBooksAsync()).ExitCode);
    }

    [Fact]
    public async Task The_books_are_verified_from_the_command_line()
    {
        using (var store = database.Open())
        {
            using var session = store.OpenWriteSession();
            session.Insert(Rows.World, AccountTables.Accounts, Rows.Account with { Available = 0 });
        }

        var (sound, verdict, _) = await VerifyBooksAsync();
        Assert.Equal((0, "0 payments, 0 entries: the books balance"), (sound, verdict.TrimEnd()));

        database.Execute("UPDATE account SET available = 1");
        var (broken, report, _) = await VerifyBooksAsync();
        Assert.Equal(1, broken);
        Assert.Equal(
            [
                "VIOLATED 1 times: a customer's balance is the sum of its entries",
                "0 payments, 0 entries: the books DO NOT balance",
            ],
            report.TrimEnd().ReplaceLineEndings("\n").Split('\n')
        );
    }

    [Fact]
    public void Only_the_writer_checkpoints_and_each_commit_waits_for_the_disk()
    {
        database.Open().Dispose();
        using var writer = new SqliteConnection(database.Path, writes: true);
        using var reader = new SqliteConnection(database.Path, writes: false);

        Assert.Equal(("wal", 2, 4_000), SettingsOf(writer));
        Assert.Equal(("wal", 2, 0), SettingsOf(reader));
    }

    [Fact]
    public void A_reader_cannot_write()
    {
        database.Open().Dispose();
        using var reader = new SqliteConnection(database.Path, writes: false);

        Assert.Throws<SqliteStoreException>(() => reader.Execute("DELETE FROM payment"));
    }

    public void Dispose() => database.Dispose();

    private async Task<(int ExitCode, string Output, string Error)> VerifyBooksAsync()
    {
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "OpenBanking.Server.dll"));
        start.ArgumentList.Add("verify-books");
        start.ArgumentList.Add($"--Server:DataFolder={Path.GetDirectoryName(database.Path)}");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, error);
    }

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
