namespace OpenBanking.Server.Accounts;

/// <summary>Why nothing goes out of an account. Each reason is lifted by itself.</summary>
[Flags]
public enum FreezeReasons
{
    None = 0,

    /// <summary>A finding of the auditor is open.</summary>
    Finding = 1,

    /// <summary>The bank's operator.</summary>
    Bank = 2,

    /// <summary>The customer reported a loss 挂失; only the bank lifts it.</summary>
    LossReport = 4,
}

/// <summary>
/// Where an account stands, as a state machine: pending_activation → active ⇄ dormant, active → closing → closed, and
/// closing → active when the card's bank does not take the money. A freeze lies above all of them but the last, and what
/// is beneath it comes back when the last reason is gone. Each step gives null where it is not allowed.
/// </summary>
/// <param name="Beneath">The state without any freeze.</param>
public readonly record struct AccountStanding(AccountState Beneath, FreezeReasons Reasons)
{
    /// <summary>The state that counts.</summary>
    public AccountState State =>
        Reasons == FreezeReasons.None || Beneath == AccountState.Closed ? Beneath : AccountState.Frozen;

    /// <summary>Reads it from a row, also from one that a server wrote which knows of no reasons: to that one frozen was
    /// frozen by a finding, and what is not frozen has no finding.</summary>
    /// <param name="unknown">What is beneath a freeze of which the row says nothing.</param>
    public static AccountStanding Of(AccountRow account, AccountState unknown = AccountState.Active) =>
        account.State != AccountState.Frozen ? new(account.State, account.FrozenFor & ~FreezeReasons.Finding)
        : account.FrozenFor == FreezeReasons.None
            ? new(account.StateBeneath ?? unknown, FreezeReasons.Finding)
        : new(account.StateBeneath ?? unknown, account.FrozenFor);

    /// <summary>The row in this standing.</summary>
    public AccountRow Write(AccountRow account) =>
        account with
        {
            State = State,
            StateBeneath = State == AccountState.Frozen ? Beneath : null,
            FrozenFor = State == AccountState.Frozen ? Reasons : FreezeReasons.None,
        };

    /// <summary>The customer has set the PIN.</summary>
    public AccountStanding? Activate() =>
        Beneath == AccountState.PendingActivation ? this with { Beneath = AccountState.Active } : null;

    /// <summary>Nothing goes out of a closed account anyway.</summary>
    public AccountStanding? Freeze(FreezeReasons reason) =>
        Beneath == AccountState.Closed || Reasons.HasFlag(reason)
            ? null
            : this with
            {
                Reasons = Reasons | reason,
            };

    public AccountStanding? Thaw(FreezeReasons reasons) =>
        (Reasons & reasons) == FreezeReasons.None ? null : this with { Reasons = Reasons & ~reasons };

    /// <summary>Nothing has moved for long. A frozen account has another reason to lie still.</summary>
    public AccountStanding? FallAsleep() => From(AccountState.Active, AccountState.Dormant);

    /// <summary>The customer was verified anew.</summary>
    public AccountStanding? Wake() => From(AccountState.Dormant, AccountState.Active);

    /// <summary>The rest is on its way to the card.</summary>
    public AccountStanding? BeginClosing() => From(AccountState.Active, AccountState.Closing);

    /// <summary>The rest has come to the card; a freeze does not matter where nothing is left.</summary>
    public AccountStanding? FinishClosing() =>
        Beneath == AccountState.Closing ? new(AccountState.Closed, FreezeReasons.None) : null;

    /// <summary>The rest cannot go to the card.</summary>
    public AccountStanding? Reopen() =>
        Beneath == AccountState.Closing ? this with { Beneath = AccountState.Active } : null;

    private AccountStanding? From(AccountState from, AccountState to) =>
        Beneath == from && Reasons == FreezeReasons.None ? this with { Beneath = to } : null;
}
