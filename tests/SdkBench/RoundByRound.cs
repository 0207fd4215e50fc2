using System.Collections.Immutable;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Order;
using BenchmarkDotNet.Running;

namespace OpenBanking.Tests.SdkBench;

/// <summary>Every client once, then every client again: every other round backwards, so that none always comes after the
/// same one.</summary>
internal sealed class RoundByRound : DefaultOrderer
{
    public override IEnumerable<BenchmarkCase> GetExecutionOrder(
        ImmutableArray<BenchmarkCase> benchmarksCase,
        IEnumerable<BenchmarkLogicalGroupRule>? order = null
    ) =>
        benchmarksCase
            .OrderBy(Bank)
            .ThenBy(Round)
            .ThenBy(each => Round(each) % 2 == 0 ? -Place(each) : Place(each));

    public static string Bank(BenchmarkCase each) => (string)each.Parameters[nameof(Calls.Bank)];

    public static int Round(BenchmarkCase each) => (int)each.Parameters[nameof(Calls.Round)];

    private static int Place(BenchmarkCase each) => each.Descriptor.MethodIndex;
}
