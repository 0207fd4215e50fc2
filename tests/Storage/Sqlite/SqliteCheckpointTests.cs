using System.Buffers.Binary;
using System.Diagnostics;
using OpenBanking.Server.Storage.Sqlite;

namespace OpenBanking.Tests.Storage.Sqlite;

/// <summary>The log is copied back beside the writer, and begins anew.</summary>
public sealed class SqliteCheckpointTests : IDisposable
{
    private const int Pages = 100;
    private const int PageSize = 4096;

    /// <summary>Where the log says how often it has begun (the format of the file, "WAL Header").</summary>
    private const int BegunAt = 12;

    private static readonly TimeSpan longEnough = TimeSpan.FromSeconds(60);

    private readonly SqliteDatabase database = new();
    private readonly SqliteConnection writer;
    private readonly SqliteCheckpoints checkpoints;
    private long written;

    public SqliteCheckpointTests()
    {
        database.Open().Dispose();
        writer = new(database.Path, writes: true);
        checkpoints = new(writer, Pages);
        writer.Execute("CREATE TABLE noted (number INTEGER PRIMARY KEY, what TEXT)");
        Write();
    }

    [Fact]
    public void The_log_begins_anew_again_and_again()
    {
        WriteUntilBegunAnew(times: 5);

        using var reader = new SqliteConnection(database.Path, writes: false);
        Assert.Equal(written, Count(reader));
    }

    [Fact]
    public void What_a_reader_holds_on_to_is_copied_when_it_has_let_go()
    {
        using var reader = new SqliteConnection(database.Path, writes: false);
        reader.Execute("BEGIN");
        var seen = Count(reader);
        var begun = Begun();
        while (new FileInfo(Log).Length < 5 * Pages * PageSize)
        {
            Write();
        }

        Assert.Equal((seen, begun), (Count(reader), Begun()));
        reader.Execute("COMMIT");
        WriteUntilBegunAnew(times: 2);
        Assert.Equal(written, Count(reader));
    }

    public void Dispose()
    {
        checkpoints.Dispose();
        writer.Dispose();
        database.Dispose();
    }

    private string Log => SqliteLog.Of(database.Path);

    private void WriteUntilBegunAnew(int times)
    {
        var (before, began) = (Begun(), Stopwatch.GetTimestamp());
        while (Begun() < before + times)
        {
            Write();
            Assert.True(Stopwatch.GetElapsedTime(began) < longEnough, "The log did not begin anew.");
        }
    }

    private void Write()
    {
        writer.Execute($"INSERT INTO noted (what) VALUES ('{new string('x', PageSize / 2)}')");
        written++;
        checkpoints.AfterCommit();
    }

    private uint Begun()
    {
        Span<byte> head = stackalloc byte[BegunAt + sizeof(uint)];
        using var log = new FileStream(Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        log.ReadExactly(head);
        return BinaryPrimitives.ReadUInt32BigEndian(head[BegunAt..]);
    }

    private static long Count(SqliteConnection connection)
    {
        var statement = connection.Prepare("SELECT COUNT(*) FROM noted");
        statement.Step();
        var count = statement.Row.Int64()!.Value;
        statement.Reset();
        return count;
    }
}
