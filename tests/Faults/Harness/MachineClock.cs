namespace OpenBanking.Tests.Faults;

/// <summary>The clock that a process started with <see cref="Environment"/> sees (libfaketime), and the clock of a client
/// whose machine jumps with it.</summary>
internal sealed class MachineClock : TimeProvider, IDisposable
{
    /// <summary>How long a process goes by what it last read of the file, and a little more: its cache is older than a
    /// second when two whole ones have begun.</summary>
    private static readonly TimeSpan readAgain = TimeSpan.FromSeconds(2.3);

    private readonly string file = Path.GetTempFileName();
    private TimeSpan offset;

    public MachineClock()
    {
        Write(TimeSpan.Zero);
        Environment = new Dictionary<string, string>
        {
            ["LD_PRELOAD"] = Library(),
            ["FAKETIME_TIMESTAMP_FILE"] = file,
            ["FAKETIME_CACHE_DURATION"] = "1",
            // Time goes on; only the clock on the wall is set.
            ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
            ["DONT_FAKE_MONOTONIC"] = "1",
            // Waits go by the time that passes: they are left as they are.
            ["FAKETIME_FORCE_MONOTONIC_FIX"] = "0",
        };
    }

    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Sets the clock so far from the right time, and waits until it is seen.</summary>
    public Task JumpAsync(TimeSpan by)
    {
        offset = by;
        Write(by);
        return Task.Delay(readAgain);
    }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + offset;

    public void Dispose() => File.Delete(file);

    private void Write(TimeSpan by)
    {
        var next = file + ".next";
        File.WriteAllText(next, $"{by.TotalSeconds:+0;-0;+0}\n");
        File.Move(next, file, overwrite: true);
    }

    private static string Library() =>
        Directory
            .GetDirectories("/usr/lib", "*-linux-gnu")
            .Select(folder => Path.Combine(folder, "faketime/libfaketimeMT.so.1"))
            .FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("Install the Debian package faketime.");
}
