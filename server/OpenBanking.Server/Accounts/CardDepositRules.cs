using OpenBanking.Server.Customers;
using OpenBanking.Server.Deposits;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Accounts;

/// <summary>A small amount to be sent to a card that a customer adds to an account.</summary>
/// <param name="Request">The card, and whose it is, sealed.</param>
public sealed record NewCardDeposit(NewDeposit Deposit, byte[] Request)
{
    public void Want(IKeySet keys, Id<AccountRow> account)
    {
        keys.Want(AccountTables.CardDeposits, new(account));
        keys.Want(DepositTables.Rates, new(Deposit.CardIndex));
    }
}

/// <summary>The amount was sent, or the card took none.</summary>
/// <param name="Account">Read before the batch for what never changes in it.</param>
/// <param name="FailureReason">Why it was not sent; null when it was.</param>
public record CompleteCardDeposit(
    World World,
    DateTimeOffset Now,
    AccountRow Account,
    Id<IntentRow> IntentId,
    string? FailureReason,
    DateTimeOffset RealNow
) : Command<CardDepositRow>(World, Now)
{
    public override Guid Lane => Account.CustomerId.Value;

    public override Subject Subject => Subject.Of(Account.Id);

    public override void Keys(IKeySet keys)
    {
        keys.Want(IntentTables.Intents, IntentId);
        CardDepositRules.Want(keys, Account.Id);
    }

    public override Decision<CardDepositRow> Decide(Book book) => CardDepositRules.Complete(this, book);
}

/// <summary>The same, as a person was told it.</summary>
public sealed record ResolveCardDeposit(CompleteCardDeposit Told) : CompleteCardDeposit(Told);

/// <summary>The customer says how much came; the right amount binds the card.</summary>
/// <param name="Request">The card as it was read: whatever was added since is another one.</param>
/// <param name="MobileIndex">Of the number that was asked about.</param>
/// <param name="Mac">The keyed digest of the amount; null when the customer adds another card instead.</param>
/// <param name="Card">The card to bind.</param>
public sealed record EnterCardDeposit(
    World World,
    DateTimeOffset Now,
    AccountRow Account,
    byte[] Request,
    string MobileIndex,
    byte[]? Mac,
    BoundCardRow Card,
    Notice Notice
) : OwnAccountCommand<DepositCheck>(World, Now, Account)
{
    public override void Keys(IKeySet keys)
    {
        base.Keys(keys);
        keys.Want(CustomerTables.Mobiles, new(MobileIndex));
        CardDepositRules.Want(keys, Account.Id);
    }

    public override Decision<DepositCheck> Decide(Book book) => CardDepositRules.Enter(this, book);
}

/// <summary>Ends an amount that nobody has named in time.</summary>
/// <param name="Deposit">Read before the batch for what never changes in it.</param>
public sealed record ExpireCardDeposit(
    World World,
    DateTimeOffset Now,
    CardDepositRow Deposit,
    DateTimeOffset RealNow
) : Command<Done>(World, Now)
{
    public override Guid Lane => Deposit.CustomerId.Value;

    public override Subject Subject => Subject.Of(Deposit.AccountId);

    public override void Keys(IKeySet keys) => CardDepositRules.Want(keys, Deposit.AccountId);

    public override Decision<Done> Decide(Book book) => CardDepositRules.Expire(this, book);
}

/// <summary>
/// How a card that is added to an account is proven when its bank does not confirm it: as at an opening, by an amount that only who
/// sees the card's statement knows. Until then nothing is bound, and no other card is added.
/// </summary>
public static class CardDepositRules
{
    /// <summary>Why the card was not bound; the pages have the words.</summary>
    public static class Refusals
    {
        public const string WrongAmounts = "too_many_wrong_amounts";
        public const string NotInTime = "deposit_not_in_time";
    }

    public static void Want(IKeySet keys, Id<AccountRow> account)
    {
        keys.Want(AccountTables.CardDeposits, new(account));
        keys.Want(AccountTables.Verifications, new(account, VerificationPurpose.Card));
    }

    /// <summary>Whether the customer has to say how much came.</summary>
    public static bool IsAsked(CardDepositRow? deposit, DateTimeOffset now) =>
        deposit is { State: DepositState.Sent } && now < deposit.ExpiresAt;

    /// <summary>Has an amount sent, unless the card is not bound anyway, or was sent too many.</summary>
    public static void Begin(CompleteCard command, NewCardDeposit unproven, AccountRow account, Book book)
    {
        var key = OwnCardRules.KeyOf(account);
        if (VerificationRules.FindAnswered(book, key, command.IntentId) is null)
        {
            return;
        }

        var reason = VerificationRules.ReasonToEnd(
            book,
            new(account.CustomerId, command.MobileIndex),
            OwnCardRules.ReasonNotToBind(account, command.Now)
        );
        var sent =
            reason is null
            && DepositRules.TrySend(book, unproven.Deposit, IntentKind.SendCardDeposit, account.Id.Value);
        if (!sent)
        {
            VerificationRules.End(
                book,
                key,
                reason ?? OwnCardRules.Refusals.NotVerified,
                counted: reason is null,
                command.Notice.RealNow
            );
            return;
        }

        var before = book.Find(AccountTables.CardDeposits, new(account.Id));
        var begun = new CardDepositRow
        {
            AccountId = account.Id,
            CustomerId = account.CustomerId,
            State = DepositState.Sending,
            IntentId = unproven.Deposit.IntentId,
            Request = unproven.Request,
            Mac = unproven.Deposit.Mac,
            ExpiresAt = command.Now + DepositRules.Lifetime,
        };
        _ = before is null
            ? book.Insert(AccountTables.CardDeposits, begun)
            : book.Update(AccountTables.CardDeposits, begun with { Version = before.Version });
    }

    /// <summary>An answer that comes twice counts once, and one that comes too late changes nothing.</summary>
    public static Decision<CardDepositRow> Complete(CompleteCardDeposit command, Book book)
    {
        var deposit = book.Get(AccountTables.CardDeposits, new(command.Account.Id));
        return Decision.Accept(
            !IntentRules.TryFinish(book, command.IntentId)
            || deposit.IntentId != command.IntentId
            || deposit.State != DepositState.Sending
                ? deposit
            : command.FailureReason is not null
                ? End(book, deposit, OwnCardRules.Refusals.NotVerified, command.RealNow)
            : book.Update(AccountTables.CardDeposits, deposit with { State = DepositState.Sent })
        );
    }

    /// <summary>
    /// Refuses: no amount is asked for, or for another card than was read.
    /// Declines: the amount was wrong; the try is counted.
    /// </summary>
    public static Decision<DepositCheck> Enter(EnterCardDeposit command, Book book)
    {
        var account = book.Get(AccountTables.Accounts, command.Account.Id);
        var deposit = book.Find(AccountTables.CardDeposits, new(account.Id));
        if (!IsAsked(deposit, command.Now) || !deposit!.Request.AsSpan().SequenceEqual(command.Request))
        {
            return Decision.Reject(DepositRules.Over);
        }

        var person = new VerifiedPerson(account.CustomerId, command.MobileIndex);
        var realNow = command.Notice.RealNow;
        var reason = VerificationRules.ReasonToEnd(
            book,
            person,
            OwnCardRules.ReasonNotToBind(account, command.Now)
        );
        if (reason is not null || command.Mac is null)
        {
            End(book, deposit, reason ?? OwnCardRules.Refusals.NotVerified, realNow);
            return Decision.Accept(DepositCheck.Over);
        }

        if (!DepositRules.IsRight(command.Mac, deposit.Mac))
        {
            return Decision.Decline(CountWrong(book, deposit, realNow));
        }

        End(book, deposit, reason: null, realNow);
        OwnCardRules.Bind(book, account, command.Card, command.Notice);
        return Decision.Accept(DepositCheck.Right);
    }

    public static Decision<Done> Expire(ExpireCardDeposit command, Book book)
    {
        var deposit = book.Get(AccountTables.CardDeposits, new(command.Deposit.AccountId));
        if (IsOut(deposit) && command.Now >= deposit.ExpiresAt)
        {
            End(book, deposit, Refusals.NotInTime, command.RealNow);
        }

        return Decision.Accept(new Done());
    }

    /// <summary>Leaves nothing of a card that was not proven: its customer is being erased.</summary>
    public static void Forget(Book book, Id<AccountRow> account, DateTimeOffset realNow)
    {
        if (book.Find(AccountTables.CardDeposits, new(account)) is { } deposit && IsOut(deposit))
        {
            End(book, deposit, Refusals.NotInTime, realNow);
        }
    }

    private static bool IsOut(CardDepositRow deposit) =>
        deposit.State is DepositState.Sending or DepositState.Sent;

    private static DepositCheck CountWrong(Book book, CardDepositRow deposit, DateTimeOffset realNow)
    {
        var counted = book.Update(
            AccountTables.CardDeposits,
            deposit with
            {
                Failures = deposit.Failures + 1,
            }
        );
        if (counted.Failures < DepositRules.MostFailures)
        {
            return DepositCheck.Wrong;
        }

        End(book, counted, Refusals.WrongAmounts, realNow);
        return DepositCheck.Over;
    }

    /// <summary>Ends the verification with it. What the card's bank or its holder did not confirm counts towards the lock.</summary>
    private static CardDepositRow End(
        Book book,
        CardDepositRow deposit,
        string? reason,
        DateTimeOffset realNow
    )
    {
        VerificationRules.End(
            book,
            new(deposit.AccountId, VerificationPurpose.Card),
            reason,
            counted: reason is OwnCardRules.Refusals.NotVerified or Refusals.WrongAmounts,
            realNow
        );
        return book.Update(
            AccountTables.CardDeposits,
            deposit with
            {
                State = reason is null ? DepositState.Confirmed : DepositState.None,
                Request = [],
                Mac = null,
            }
        );
    }
}
