using System.Runtime.InteropServices;

namespace OpenBanking.Server.Engine;

/// <summary>Moments in which a process may die or stand still, each between two steps that must not come apart.</summary>
public enum CrashPoint
{
    /// <summary>The rows of a batch are read, and nothing is decided.</summary>
    Loaded,

    /// <summary>Everything is decided, and nothing is written.</summary>
    Decided,

    /// <summary>Everything is written inside an open transaction; COMMIT is not sent.</summary>
    Written,

    /// <summary>The batch is on the disk, and nobody was told.</summary>
    Committed,

    /// <summary>The callers were told, and the workers were not woken.</summary>
    Answered,

    /// <summary>An intent is a worker's, and the outside was not asked.</summary>
    IntentClaimed,

    /// <summary>The outside has acted, and its answer is written nowhere.</summary>
    OutsideAnswered,

    /// <summary>The outside's answer is on the disk, and the worker is about to go on.</summary>
    IntentHandled,

    /// <summary>The events of batches are read, and no delivery is written.</summary>
    EventsRead,

    /// <summary>A delivery is due, and was not posted.</summary>
    WebhookPosting,

    /// <summary>The receiver has the event, and that is noted nowhere.</summary>
    WebhookPosted,
}

/// <summary>
/// Lets a sandbox process end itself as by kill -9, or stand still as by SIGSTOP, at the nth passing of one point. For
/// tests of what is left behind: a process that was not told to, passes every point for the price of reading a field.
/// </summary>
public static class CrashPoints
{
    private const string Setting = "Server:CrashAt";
    private const int Kill = 9;
    private const int Stop = 19;

    private static Armed? armed;

    /// <summary>Arms one point: its name, the number of the passing, and optionally <c>Stop</c>: <c>Written:3:Stop</c>.</summary>
    /// <exception cref="WrongSettingException">There is no such point, or no such passing.</exception>
    public static void Arm(string? setting)
    {
        if (setting is null)
        {
            return;
        }

        var parts = setting.Split(':');
        armed =
            OperatingSystem.IsLinux()
            && parts is [var name, var number, .. ([] or ["Stop"]) and var stop]
            && Enum.TryParse<CrashPoint>(name, out var point)
            && int.TryParse(number, out var passing)
            && passing > 0
                ? new(point, passing, stop is [] ? Kill : Stop)
                : throw new WrongSettingException(
                    $"{Setting}: {setting} is no point and passing, such as Written:3. On Linux there are "
                        + $"{string.Join(", ", Enum.GetNames<CrashPoint>())}."
                );
    }

    public static bool AreArmedAt(CrashPoint point) => armed?.Point == point;

    /// <summary>Does nothing, except in a process that was told to end here.</summary>
    public static void Pass(CrashPoint point)
    {
        if (AreArmedAt(point))
        {
            armed!.Pass();
        }
    }

    private sealed class Armed(CrashPoint point, int passing, int signal)
    {
        private int passed;

        public CrashPoint Point => point;

        public void Pass()
        {
            if (Interlocked.Increment(ref passed) == passing)
            {
                _ = Raise(signal);
            }
        }
    }

    /// <summary>A signal to the calling thread, which does not come back from it before it was acted on.</summary>
    [DllImport("libc", EntryPoint = "raise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Raise(int signal);
}
