using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Withdrawals;

/// <summary>The card's bank answered.</summary>
/// <param name="Withdrawal">Read before the batch for what never changes in it.</param>
/// <param name="DeclineCode">Why the card's bank refused; null when it has the money.</param>
/// <param name="NextId">For what came to a closing account meanwhile.</param>
/// <param name="Consents">The consents to use the account, which end when it is closed.</param>
/// <param name="Notice">Tells the customer that what they ordered did not come to the card, that the account they close was not
/// closed, or that the card has what their account did not take; null where there is nothing to tell.</param>
public record CompleteWithdrawal(
    World World,
    DateTimeOffset Now,
    Id<IntentRow> IntentId,
    WithdrawalRow Withdrawal,
    string? DeclineCode,
    Id<WithdrawalRow> NextId,
    Id<IntentRow> NextIntentId,
    DateTimeOffset RealNow,
    IReadOnlyList<ConsentRow> Consents,
    Notice? Notice = null
) : Command<WithdrawalRow>(World, Now)
{
    public override Guid Lane => Withdrawal.CustomerId.Value;

    public override Subject Subject => Subject.Of(Withdrawal.Id);

    public override void Keys(IKeySet keys)
    {
        keys.Want(IntentTables.Intents, IntentId);
        keys.Want(WithdrawalTables.Withdrawals, Withdrawal.Id);
        keys.Want(AccountTables.Accounts, Withdrawal.AccountId);
        keys.Want(CustomerTables.Customers, Withdrawal.CustomerId);
        foreach (var consent in Consents)
        {
            keys.Want(ConsentTables.Consents, consent.Id);
            if (consent.AgreementId is { } agreement)
            {
                keys.Want(ConsentTables.Agreements, agreement);
            }
        }
    }

    public override Decision<WithdrawalRow> Decide(Book book) =>
        Decision.Accept(WithdrawalRules.Complete(this, book));
}

/// <summary>A person says what the card's bank has told them; so it stands in the audit.</summary>
public sealed record ResolveWithdrawal(CompleteWithdrawal Told) : CompleteWithdrawal(Told);

/// <summary>Asks the card's bank once more to take what waits for it.</summary>
/// <param name="Withdrawal">Read before the batch for what never changes in it.</param>
public sealed record RetryWithdrawal(
    World World,
    DateTimeOffset Now,
    WithdrawalRow Withdrawal,
    Id<IntentRow> IntentId,
    DateTimeOffset RealNow
) : Command<WithdrawalRow>(World, Now)
{
    public override Guid Lane => Withdrawal.CustomerId.Value;

    public override Subject Subject => Subject.Of(Withdrawal.Id);

    public override void Keys(IKeySet keys)
    {
        keys.Want(WithdrawalTables.Withdrawals, Withdrawal.Id);
        keys.Want(AccountTables.Accounts, Withdrawal.AccountId);
    }

    public override Decision<WithdrawalRow> Decide(Book book) => WithdrawalRules.Retry(this, book);
}

/// <summary>How money goes to the bound card.</summary>
public static class WithdrawalRules
{
    /// <summary>There is no money of it that waits for its card.</summary>
    public const string NotWaiting = "withdrawal_not_waiting";

    /// <summary>An answer that comes twice counts once.</summary>
    public static WithdrawalRow Complete(CompleteWithdrawal command, Book book)
    {
        var withdrawal = book.Get(WithdrawalTables.Withdrawals, command.Withdrawal.Id);
        if (
            !IntentRules.TryFinish(
                book,
                command.IntentId,
                unasked: command.DeclineCode == DeclineCodes.AccountFrozen
            )
        )
        {
            return withdrawal;
        }

        var paid = command.DeclineCode is null;
        var back = !paid && GoesBack(withdrawal, book, command.Now);
        withdrawal = book.Update(
            WithdrawalTables.Withdrawals,
            withdrawal with
            {
                State =
                    paid ? WithdrawalState.Succeeded
                    : back ? WithdrawalState.Returned
                    : WithdrawalState.Failed,
                DeclineCode = command.DeclineCode,
                CompletedAt = command.Now,
            }
        );
        if (paid)
        {
            LedgerRules.Post(book, PostingOf(withdrawal, command.Now));
        }

        if (back)
        {
            LedgerRules.Post(
                book,
                AsidePosting(PostingKind.WithdrawalReturn, withdrawal, -withdrawal.Amount, command.Now)
            );
        }

        if (withdrawal.Source != WithdrawalSource.Account)
        {
            command.Notice?.Send(book, withdrawal.CustomerId);
        }

        if (withdrawal.Source == WithdrawalSource.Account)
        {
            if (paid)
            {
                ClosingRules.GoOn(command, book);
            }
            else
            {
                ClosingRules.GiveUp(command, book);
            }
        }

        return withdrawal;
    }

    /// <summary>Takes what a customer ordered off the account, and asks the card's bank to take it.</summary>
    internal static void Order(
        Book book,
        WithdrawalRow withdrawal,
        Id<IntentRow> intentId,
        DateTimeOffset realNow
    )
    {
        Ask(book, withdrawal, intentId, realNow);
        LedgerRules.Post(
            book,
            AsidePosting(PostingKind.WithdrawalOrder, withdrawal, withdrawal.Amount, withdrawal.CreatedAt)
        );
    }

    /// <summary>Refuses: it did not fail, or its money is on an account. It is the same withdrawal as before, so that what it
    /// brings to the card is brought once; the card is the account's default one of now.</summary>
    public static Decision<WithdrawalRow> Retry(RetryWithdrawal command, Book book)
    {
        var withdrawal = book.Get(WithdrawalTables.Withdrawals, command.Withdrawal.Id);
        if (withdrawal is not { State: WithdrawalState.Failed, Source: not WithdrawalSource.Account })
        {
            return Decision.Reject(NotWaiting);
        }

        withdrawal = book.Update(
            WithdrawalTables.Withdrawals,
            withdrawal with
            {
                State = WithdrawalState.Processing,
                CardId = book.Get(AccountTables.Accounts, withdrawal.AccountId).CardId,
                DeclineCode = null,
                CompletedAt = null,
            }
        );
        IntentRules.Ask(book, command.IntentId, IntentKind.CreditCard, withdrawal.Id.Value, command.RealNow);
        return Decision.Accept(withdrawal);
    }

    /// <summary>Where money for an account goes: to it, or to what waits for its card once it is closed, or where the account
    /// would have more than it may.</summary>
    public static Leg CreditLeg(Book book, AccountRow account, long amount, DateTimeOffset now) =>
        !Takes(book, account, amount, now)
            ? new Leg.Internal(SuspenseOf(account.Id, account.Currency), amount)
            : new Leg.Customer(account.Id, amount);

    /// <summary>Sends on to the card what came for an account that does not take it. It has the id of what it came from, which
    /// comes once.</summary>
    /// <param name="account">As it was before.</param>
    /// <param name="language">In which its customer ordered it; null for what they did not.</param>
    public static void SendOn(
        Book book,
        AccountRow account,
        Guid id,
        long amount,
        DateTimeOffset now,
        DateTimeOffset realNow,
        string? language = null
    )
    {
        if (amount > 0 && !Takes(book, account, amount, now))
        {
            Ask(book, account, WithdrawalSource.Suspense, amount, new(id), new(id), now, realNow, language);
        }
    }

    /// <summary>Whether it may have this as well. What goes past it counts as never having come back to it.</summary>
    internal static bool Takes(Book book, AccountRow account, long amount, DateTimeOffset now) =>
        account.State != AccountState.Closed
        && AccountRules.HasRoomFor(account, amount, now, LimitRules.Of(book));

    internal static void Ask(
        Book book,
        AccountRow account,
        WithdrawalSource source,
        long amount,
        Id<WithdrawalRow> id,
        Id<IntentRow> intentId,
        DateTimeOffset now,
        DateTimeOffset realNow,
        string? language = null
    ) =>
        Ask(
            book,
            new WithdrawalRow
            {
                Id = id,
                CustomerId = account.CustomerId,
                AccountId = account.Id,
                CardId = account.CardId,
                Source = source,
                State = WithdrawalState.Processing,
                Currency = account.Currency,
                Amount = amount,
                CreatedAt = now,
                Language = language,
            },
            intentId,
            realNow
        );

    private static void Ask(
        Book book,
        WithdrawalRow withdrawal,
        Id<IntentRow> intentId,
        DateTimeOffset realNow
    )
    {
        book.Insert(WithdrawalTables.Withdrawals, withdrawal);
        IntentRules.Ask(book, intentId, IntentKind.CreditCard, withdrawal.Id.Value, realNow);
    }

    /// <summary>Whether a withdrawal that failed goes back to the account: what was ordered, unless the account was closed meanwhile,
    /// or would have more than may be on it by now. Then it waits for its card as what came for such an account does.</summary>
    private static bool GoesBack(WithdrawalRow withdrawal, Book book, DateTimeOffset now) =>
        withdrawal.Source == WithdrawalSource.Order
        && Takes(book, book.Get(AccountTables.Accounts, withdrawal.AccountId), withdrawal.Amount, now);

    /// <param name="amount">What is set aside; negative when it comes back.</param>
    private static Posting AsidePosting(
        PostingKind kind,
        WithdrawalRow withdrawal,
        long amount,
        DateTimeOffset now
    ) =>
        new(
            kind,
            withdrawal.Id.Value,
            AppId: null,
            withdrawal.Currency,
            now,
            LedgerRules.WithdrawalOrderLegs(
                withdrawal.AccountId,
                amount,
                SuspenseOf(withdrawal.AccountId, withdrawal.Currency)
            )
        );

    private static InternalAccountKey SuspenseOf(Id<AccountRow> account, string currency) =>
        new(InternalAccountKind.Suspense, account.Value, currency);

    private static Posting PostingOf(WithdrawalRow withdrawal, DateTimeOffset now) =>
        new(
            PostingKind.Withdrawal,
            withdrawal.Id.Value,
            AppId: null,
            withdrawal.Currency,
            now,
            LedgerRules.WithdrawalLegs(
                withdrawal.Source == WithdrawalSource.Account
                    ? new Leg.Customer(withdrawal.AccountId, -withdrawal.Amount)
                    : new Leg.Internal(
                        SuspenseOf(withdrawal.AccountId, withdrawal.Currency),
                        -withdrawal.Amount
                    ),
                withdrawal.Currency
            )
        );
}
