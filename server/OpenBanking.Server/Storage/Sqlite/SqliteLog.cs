using System.Buffers.Binary;
using OpenBanking.Server.Security;

namespace OpenBanking.Server.Storage.Sqlite;

/// <summary>SQLite's log as it lies on the disk (SQLite's "WAL File Format"). After an unclean end SQLite reads it up to the first
/// page that is not as it was written, and takes that for the end: the page that was being written when the machine stopped. Where
/// pages go on behind a later commit, it is not: each commit waits for the disk before the next page is written, so that the one in
/// the middle was damaged since, and all that was committed behind it would be gone without a word.</summary>
internal static class SqliteLog
{
    private const int HeaderLength = 32;
    private const int FrameHeaderLength = 24;
    private const int SaltLength = 8;
    private const uint LittleEndian = 0x377f0682;
    private const uint BigEndian = 0x377f0683;
    private const int LeastPage = 512;
    private const int MostPage = 65_536;

    /// <summary>Every file of a store has pages of this size.</summary>
    private const int PageSize = 4_096;

    public static string Of(string database) => database + "-wal";

    /// <summary>Lets a store begin with nothing in its log but what counts.</summary>
    /// <param name="cut">Whether a log that is damaged in its midst is taken up to there; a copy of it is kept beside it.</param>
    /// <returns>What was cut off, in a sentence; null where nothing was.</returns>
    /// <exception cref="DamagedLogException">It is damaged in its midst, and is not to be cut.</exception>
    public static string? MakeReady(string database, bool cut)
    {
        var state = Read(database);
        if (state.DamagedAt is { } at && !cut)
        {
            throw new DamagedLogException(
                $"The store's log is damaged ({Of(database)} from byte {at} on), and what was committed behind that, {state.Lost} "
                    + "times at least, cannot be read. Keep a copy of the folder as it is, and restore a backup "
                    + "(docs/operating/server.md). To go on without what is lost, start once with Storage:CutDamagedLog=true."
            );
        }

        string? told = null;
        if (state.DamagedAt is { } from)
        {
            var kept = Of(database) + ".damaged";
            PrivateFiles.Copy(Of(database), kept);
            told =
                $"The store's log was cut at byte {from}: what was committed behind that, {state.Lost} times at least, is lost. The "
                + $"log as it was is {kept}. Take Storage:CutDamagedLog out of the settings.";
        }

        if (state.HasLeftovers)
        {
            // What is committed next would lie before them, and they would look as if it were damaged.
            using var connection = new SqliteConnection(database, writes: true);
            connection.BeginLogAnew();
        }

        return told;
    }

    /// <summary>Reads the log from end to end.</summary>
    public static LogState Read(string database)
    {
        var file = new FileInfo(Of(database));
        if (!file.Exists || file.Length < HeaderLength + FrameHeaderLength + LeastPage)
        {
            return default;
        }

        using var log = new FileStream(
            file.FullName,
            FileMode.Open,
            FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete,
            bufferSize: 1 << 20
        );
        var header = new byte[HeaderLength];
        log.ReadExactly(header);
        return ReadHeader(header) is var (pageSize, sum)
            ? ReadFrames(log, header.AsSpan(16, SaltLength).ToArray(), pageSize, sum)
            : ReadFrames(log, salt: null, PageSize, sum: null);
    }

    private static (int PageSize, Checksum Sum)? ReadHeader(ReadOnlySpan<byte> header)
    {
        var magic = BinaryPrimitives.ReadUInt32BigEndian(header);
        var pageSize = BinaryPrimitives.ReadUInt32BigEndian(header[8..]);
        if (magic is not (LittleEndian or BigEndian) || pageSize is < LeastPage or > MostPage)
        {
            return null;
        }

        var sum = new Checksum(magic == BigEndian).Over(header[..24]);
        return sum.Is(header[24..]) ? ((int)pageSize, sum) : null;
    }

    /// <param name="salt">What each frame of this log repeats; null where the log does not say, so that the first frame does.</param>
    /// <param name="sum">The sum over the header, which that of the first frame goes on from; null where the header is damaged.</param>
    private static LogState ReadFrames(Stream log, byte[]? salt, int pageSize, Checksum? sum)
    {
        var frame = new byte[FrameHeaderLength + pageSize];
        var at = (long)HeaderLength;
        var brokenAt = sum is null ? 0L : (long?)null;
        var (hasLeftovers, commits, lost) = (false, 0, 0);
        for (
            ;
            log.ReadAtLeast(frame, frame.Length, throwOnEndOfStream: false) == frame.Length;
            at += frame.Length
        )
        {
            salt ??= frame.AsSpan(8, SaltLength).ToArray();
            var isOfThisLog = frame.AsSpan(8, SaltLength).SequenceEqual(salt);
            if (brokenAt is null)
            {
                sum = sum!.Value.Over(frame.AsSpan(0, 8)).Over(frame.AsSpan(FrameHeaderLength));
                if (isOfThisLog && sum.Value.Is(frame.AsSpan(16)))
                {
                    continue;
                }

                brokenAt = at;
            }

            if (!isOfThisLog)
            {
                continue;
            }

            // It waited for every commit before it to be on the disk.
            (hasLeftovers, lost) = (true, commits);
            if (BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(4)) != 0)
            {
                commits++;
            }
        }

        return new(lost > 0 ? brokenAt : null, lost, hasLeftovers);
    }

    /// <summary>The log's running sum: each frame's goes on from the one before.</summary>
    private readonly record struct Checksum(bool IsBigEndian, uint First = 0, uint Second = 0)
    {
        public Checksum Over(ReadOnlySpan<byte> bytes)
        {
            var (first, second) = (First, Second);
            for (; bytes.Length >= 8; bytes = bytes[8..])
            {
                unchecked
                {
                    first += Word(bytes) + second;
                    second += Word(bytes[4..]) + first;
                }
            }

            return this with
            {
                First = first,
                Second = second,
            };
        }

        public bool Is(ReadOnlySpan<byte> stored) =>
            BinaryPrimitives.ReadUInt32BigEndian(stored) == First
            && BinaryPrimitives.ReadUInt32BigEndian(stored[4..]) == Second;

        private uint Word(ReadOnlySpan<byte> bytes) =>
            IsBigEndian
                ? BinaryPrimitives.ReadUInt32BigEndian(bytes)
                : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }
}

/// <summary>What a log is found to be.</summary>
/// <param name="DamagedAt">The byte from which on it is not as it was written, though more was committed behind it; null where it is
/// whole.</param>
/// <param name="Lost">How many commits behind that place are certain.</param>
/// <param name="HasLeftovers">Whether pages of it lie behind its end: of a commit that never came to its end, or of those that are
/// lost.</param>
internal readonly record struct LogState(long? DamagedAt, int Lost, bool HasLeftovers);

/// <summary>The log is damaged in the midst of what was committed.</summary>
public sealed class DamagedLogException(string message) : Exception(message);
