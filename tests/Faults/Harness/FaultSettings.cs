using System.Runtime.CompilerServices;
using Xunit;

namespace OpenBanking.Tests.Faults;

/// <summary>What a run of these tests is told: <c>FAULT_SEED</c> plays a run again, <c>FAULT_RUNS</c> makes it longer.</summary>
internal static class FaultSettings
{
    /// <summary>The seed of a test, printed so that its run can be played again.</summary>
    public static int NewSeed(ITestOutputHelper output, [CallerMemberName] string test = "")
    {
        var seed = Number("FAULT_SEED") ?? Environment.TickCount & int.MaxValue;
        output.WriteLine($"{test}: FAULT_SEED={seed}");
        return seed;
    }

    /// <summary>How often a fault is made to happen.</summary>
    /// <param name="shortForm">How often in ./test.</param>
    public static int Runs(int shortForm) => Number("FAULT_RUNS") ?? shortForm;

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), out var number) ? number : null;
}
