using OpenBanking.Server.Accounts;

namespace OpenBanking.Tests.Rules.Sequences;

/// <summary>Accounts that sleep, as the rules of business say it.</summary>
internal sealed partial class Model
{
    /// <summary>The bank looks at an account.</summary>
    public Expected Look(ModelAccount account, DateTimeOffset now)
    {
        if (account.FallAsleep(now))
        {
            return new(null, null, Tell(account, EventTypes.AccountDormant, "dormant"));
        }

        account.NoteLast(now);
        return new(null, null);
    }

    public Expected Wake(ModelAccount account, DateTimeOffset now)
    {
        if (!account.Sleeps(now))
        {
            return Expected.Refused(OwnAccountRules.Refusals.NotNow);
        }

        IReadOnlyList<ExpectedEvent> dormant = account.FallAsleep(now)
            ? Tell(account, EventTypes.AccountDormant, "dormant")
            : [];
        account.Wake(now);
        return new(null, null, [.. dormant, .. Tell(account, EventTypes.AccountActive, "active")]);
    }

    /// <summary>All apps are told that the customer lets use the account.</summary>
    private IReadOnlyList<ExpectedEvent> Tell(ModelAccount account, string type, string status) =>
        [
            .. Agreements
                .Where(agreement => agreement.Account == account && !agreement.Revoked)
                .Select(agreement => new ExpectedEvent(
                    agreement.App,
                    type,
                    status,
                    ExpectedEvent.AnySequence
                )),
        ];
}

internal sealed partial class ModelAccount
{
    private readonly List<(DateTimeOffset At, long Amount)> moved = [];
    private bool asleep;

    /// <summary>When it moved or woke last. What comes while it sleeps does not count.</summary>
    private DateTimeOffset stirred = Scene.Start;

    public long Balance => moved.Sum(movement => movement.Amount);

    public void Move(long amount, DateTimeOffset now)
    {
        if (amount == 0)
        {
            return;
        }

        moved.Add((now, amount));
        if (!IsIdle(now))
        {
            Stir(now);
        }
    }

    /// <summary>Whether nothing has moved for six months; until it is woken, then.</summary>
    public bool Sleeps(DateTimeOffset now) => asleep || IsIdle(now);

    /// <summary>Whether it did so now.</summary>
    public bool FallAsleep(DateTimeOffset now)
    {
        var falls = !asleep && IsIdle(now);
        asleep |= falls;
        return falls;
    }

    /// <summary>By a clock that is behind, an account was not due yet when the last line came.</summary>
    public void NoteLast(DateTimeOffset now)
    {
        if (!Sleeps(now))
        {
            Stir(moved[^1].At);
        }
    }

    public void Wake(DateTimeOffset now)
    {
        asleep = false;
        Stir(now);
    }

    private bool IsIdle(DateTimeOffset now) => stirred <= now.AddMonths(-6);

    private void Stir(DateTimeOffset now) => stirred = now > stirred ? now : stirred;
}
