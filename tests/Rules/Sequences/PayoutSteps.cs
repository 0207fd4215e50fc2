using FsCheck;
using FsCheck.Fluent;

namespace OpenBanking.Tests.Rules.Sequences;

/// <summary>What happens to what partners have earned.</summary>
internal abstract partial record Step
{
    /// <param name="Owner">Of two partners and two merchants of each one.</param>
    /// <param name="Late">Whether the days were added up before the last settlement, as on another node.</param>
    public sealed record Settle(int LagSeconds, int Owner, bool Late) : Step(LagSeconds);

    public sealed record Transfer(int LagSeconds, int Which, bool Succeeds) : Step(LagSeconds);
}

internal static partial class Steps
{
    private static Gen<Step> Payouts() =>
        Gen.Frequency(
            (3, From(lags, numbers, numbers, (lag, owner, luck) => new Step.Settle(lag, owner, luck == 0))),
            (2, From(lags, numbers, numbers, (lag, which, luck) => new Step.Transfer(lag, which, luck > 2)))
        );
}
