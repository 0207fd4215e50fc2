using FsCheck;
using FsCheck.Fluent;

namespace OpenBanking.Tests.Rules.Sequences;

/// <summary>What customers do on the bank's own pages, and what becomes of it.</summary>
internal abstract partial record Step
{
    /// <param name="Twice">Whether its form is sent twice.</param>
    public sealed record Withdraw(int LagSeconds, int Account, long Amount, bool Twice) : Step(LagSeconds);

    /// <summary>The card's bank answers to a withdrawal.</summary>
    public sealed record Arrive(int LagSeconds, int Which, bool Succeeds) : Step(LagSeconds);

    /// <summary>The bank looks whether an account is due to sleep.</summary>
    public sealed record Look(int LagSeconds, int Account) : Step(LagSeconds);

    public sealed record Wake(int LagSeconds, int Account) : Step(LagSeconds);
}

internal static partial class Steps
{
    private static Gen<Step> Withdrawals() =>
        Gen.Frequency((3, Orders()), (2, From(lags, numbers, numbers, ArrivalOf)));

    private static Gen<Step> Sleep() =>
        Gen.Frequency(
            (1, From(lags, numbers, numbers, (lag, account, _) => new Step.Look(lag, account))),
            (1, From(lags, numbers, numbers, (lag, account, _) => new Step.Wake(lag, account)))
        );

    private static Gen<Step> Orders() =>
        from lag in lags
        from account in numbers
        from amount in amounts
        from luck in numbers
        select (Step)new Step.Withdraw(lag, account, amount, luck < 2);

    private static Step ArrivalOf(int lag, int which, int luck) => new Step.Arrive(lag, which, luck > 3);
}
