using System.Diagnostics;
using Xunit;

namespace OpenBanking.Tests.Faults;

/// <summary>Waits for what must come, and says what did not.</summary>
internal static class Eventually
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan pause = TimeSpan.FromMilliseconds(50);

    /// <param name="condition">What must come.</param>
    /// <param name="otherwise">What to say when it does not.</param>
    /// <param name="progress">What changes while it comes: then it is waited for longer.</param>
    public static async Task BecomesAsync(
        Func<Task<bool>> condition,
        Func<string> otherwise,
        Func<long>? progress = null
    )
    {
        var reached = progress?.Invoke();
        for (var waited = Stopwatch.StartNew(); !await condition(); await Task.Delay(pause))
        {
            if (progress?.Invoke() != reached)
            {
                reached = progress!.Invoke();
                waited.Restart();
            }

            Assert.True(waited.Elapsed < patience, otherwise());
        }
    }
}
