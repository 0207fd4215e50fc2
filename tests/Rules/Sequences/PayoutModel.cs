using OpenBanking.Server.Payouts;

namespace OpenBanking.Tests.Rules.Sequences;

/// <summary>How partners and merchants are paid out.</summary>
internal sealed partial class Model
{
    private readonly List<(int App, int Owner, DateOnly Day, long Amount)> earned = [];
    private readonly Dictionary<(int App, int Owner), DateOnly> settled = [];

    public List<ModelPayout> Payouts { get; } = [];

    /// <summary>Puts down to a day what everybody has earned, given back and paid in fees since this was asked last.</summary>
    public void NoteEarned(DateOnly day)
    {
        foreach (var app in (int[])[1, 2])
        {
            foreach (var owner in (int[])[0, 1, 2])
            {
                var before = earned
                    .Where(line => line.App == app && line.Owner == owner)
                    .Sum(line => line.Amount);
                if (EarnedBy(app, owner) - before is var more && more != 0)
                {
                    earned.Add((app, owner, day, more));
                }
            }
        }
    }

    public Expected Settle(int app, int owner, DateOnly through, bool late)
    {
        if (Payouts.Exists(payout => payout.Open && payout.App == app && payout.Owner == owner))
        {
            return Expected.Refused(PayoutRules.Refusals.Open);
        }

        if (late || (settled.TryGetValue((app, owner), out var before) && through <= before))
        {
            return Expected.Refused(PayoutRules.Refusals.SettledBefore);
        }

        settled[(app, owner)] = through;
        var closing =
            earned
                .Where(line => line.App == app && line.Owner == owner && line.Day <= through)
                .Sum(line => line.Amount) - PaidOutTo(app, owner);
        var amount = Math.Min(closing, SettlementOf(app, owner));
        if (amount <= 0)
        {
            return new(null, null) { Nothing = true };
        }

        Payouts.Add(new(app, owner, amount));
        return new(null, null, new ExpectedEvent(app, EventTypes.PayoutProcessing, "processing", 1));
    }

    public static Expected Transfer(ModelPayout payout, bool succeeds)
    {
        if (!payout.Open)
        {
            return new(null, null);
        }

        payout.Open = false;
        payout.Failed = !succeeds;
        return new(
            null,
            null,
            succeeds
                ? new ExpectedEvent(payout.App, EventTypes.PayoutSucceeded, "succeeded", 2)
                : new ExpectedEvent(payout.App, EventTypes.PayoutFailed, "failed", 2)
        );
    }

    private long PaidOutTo(int app, int owner) =>
        Payouts
            .Where(payout => !payout.Failed && payout.App == app && payout.Owner == owner)
            .Sum(payout => payout.Amount);
}

internal sealed class ModelPayout(int app, int owner, long amount)
{
    public int App { get; } = app;

    public int Owner { get; } = owner;

    public long Amount { get; } = amount;

    public bool Open { get; set; } = true;

    public bool Failed { get; set; }
}
