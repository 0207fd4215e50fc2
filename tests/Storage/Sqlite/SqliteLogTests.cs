using OpenBanking.Server.Storage;
using OpenBanking.Server.Storage.Sqlite;

namespace OpenBanking.Tests.Storage.Sqlite;

/// <summary>A log that was damaged on its disk is not taken for one that ends there.</summary>
public sealed class SqliteLogTests : IDisposable
{
    private const int Header = 32;
    private const int FrameHeader = 24;
    private const int Page = 4_096;
    private const int Commits = 20;

    /// <summary>Each commit is of one page: the table's.</summary>
    private const int Frame = FrameHeader + Page;

    private readonly SqliteDatabase database = new();

    public SqliteLogTests()
    {
        database.Open().Dispose();
        LeaveCommitsInLog();
    }

    [Fact]
    public void A_log_that_a_kill_left_is_taken_whole()
    {
        using var store = new SqliteStore(database.Path);

        Assert.Equal(Commits, Count());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(17)]
    [InlineData(30)]
    [InlineData(Header + 9)]
    [InlineData(Header + FrameHeader + 1_000)]
    [InlineData(Header + (7 * Frame) + 2)]
    [InlineData(Header + (7 * Frame) + 17)]
    [InlineData(Header + ((Commits - 2) * Frame) + FrameHeader + 4_095)]
    public async Task One_bit_before_other_commits_is_found_and_nothing_is_read_without_them(int at)
    {
        FlipBit(at);
        var found = File.ReadAllBytes(Log);

        var refusal = Assert.Throws<DamagedLogException>(() => new SqliteStore(database.Path));

        Assert.Contains($"{Log} from byte {Begin(at)} on", refusal.Message, StringComparison.Ordinal);
        var verified = await ServerProgram.RunAsync(["verify-books", .. database.Settings]);
        Assert.Equal((ServerProgram.Failed, refusal.Message), (verified.ExitCode, verified.Output[^1]));
        var started = await ServerProgram.RunAsync([.. database.Settings]);
        Assert.Equal((ServerProgram.CannotStart, refusal.Message), (started.ExitCode, started.Error.Trim()));
        Assert.Equal(found, File.ReadAllBytes(Log));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(Header + (7 * Frame) + 100, 7)]
    public async Task It_is_cut_where_that_is_asked_for_and_a_copy_kept(int at, int left)
    {
        FlipBit(at);
        var found = File.ReadAllBytes(Log);

        using (var store = new SqliteStore(database.Path, cutDamagedLog: true))
        {
            Assert.Equal(left, Count());
            Assert.StartsWith(
                $"The store's log was cut at byte {Begin(at)}: ",
                Assert.Single(await store.RisksAsync()),
                StringComparison.Ordinal
            );
        }

        Assert.Equal(found, File.ReadAllBytes(Log + ".damaged"));
        using var again = new SqliteStore(database.Path);
        Assert.Empty(await again.RisksAsync());
    }

    /// <summary>The machine stopped while they were written: nobody was answered for it.</summary>
    [Theory]
    [InlineData(-1)]
    [InlineData(-Frame)]
    [InlineData(-Frame + 4)]
    public void What_the_last_commit_left_unfinished_is_no_damage(int fromEnd)
    {
        FlipBit((int)new FileInfo(Log).Length + fromEnd);

        using var store = new SqliteStore(database.Path);

        Assert.Equal(Commits - 1, Count());
    }

    /// <summary>Else the pages of the unfinished one would lie behind what is committed after it, and look like damage the next
    /// time.</summary>
    [Fact]
    public void What_was_left_unfinished_is_gone_before_anything_is_written()
    {
        FlipBit(Header + ((Commits - 3) * Frame) + 100, leave: Header + ((Commits - 2) * Frame));

        new SqliteStore(database.Path).Dispose();

        Assert.False(File.Exists(Log) && new FileInfo(Log).Length > 0);
        Assert.Equal(Commits - 3, Count());
    }

    public void Dispose() => database.Dispose();

    private string Log => SqliteLog.Of(database.Path);

    private static int Begin(int at) => at < Header ? 0 : at - ((at - Header) % Frame);

    /// <summary>As a kill leaves them: in the log alone.</summary>
    private void LeaveCommitsInLog()
    {
        var (file, log) = (Array.Empty<byte>(), Array.Empty<byte>());
        using (var writer = new SqliteConnection(database.Path, writes: true))
        {
            writer.Execute("CREATE TABLE noted (number INTEGER PRIMARY KEY)");
            writer.BeginLogAnew();
            file = File.ReadAllBytes(database.Path);
            for (var i = 0; i < Commits; i++)
            {
                writer.Execute("INSERT INTO noted DEFAULT VALUES");
            }

            log = ReadShared(Log);
        }

        File.WriteAllBytes(database.Path, file);
        File.WriteAllBytes(Log, log);
        File.Delete(database.Path + "-shm");
        Assert.Equal(Header + (Commits * Frame), log.Length);
    }

    private void FlipBit(int at, int? leave = null)
    {
        var bytes = File.ReadAllBytes(Log);
        bytes[at] ^= 4;
        File.WriteAllBytes(Log, bytes[..(leave ?? bytes.Length)]);
    }

    private int Count() => int.Parse(database.Scalar("SELECT COUNT(*) FROM noted")!);

    private static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
