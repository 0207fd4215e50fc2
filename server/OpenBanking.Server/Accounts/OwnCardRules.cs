using OpenBanking.Server.Consents;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Accounts;

/// <summary>Begins to bind one more card to an account: its bank is asked whether it is the customer's own.</summary>
/// <param name="IsBound">Whether the card was bound to the account when <paramref name="Before"/> was read.</param>
/// <param name="Before">What came of the last card that was added, as it was read before the account's cards were.</param>
/// <param name="Request">Who is to be verified, sealed.</param>
public sealed record AddCard(
    World World,
    DateTimeOffset Now,
    AccountRow Account,
    byte[] PinHash,
    bool IsBound,
    AccountVerificationRow? Before,
    Id<IntentRow> IntentId,
    byte[] Request,
    DateTimeOffset RealNow
) : OwnAccountCommand<PinCheck>(World, Now, Account)
{
    public override void Keys(IKeySet keys)
    {
        base.Keys(keys);
        keys.Want(AccountTables.Verifications, new(Account.Id, VerificationPurpose.Card));
    }

    public override Decision<PinCheck> Decide(Book book) => OwnCardRules.Add(this, book);
}

/// <summary>The card's bank has answered.</summary>
/// <param name="Account">Read before the batch for what never changes in it.</param>
/// <param name="MobileIndex">Of the number that was asked about.</param>
/// <param name="Card">The card to bind.</param>
/// <param name="Unproven">The amount to send first, when the card's bank does not confirm the card; null when it has answered.</param>
public sealed record CompleteCard(
    World World,
    DateTimeOffset Now,
    AccountRow Account,
    Id<IntentRow> IntentId,
    string MobileIndex,
    bool Verified,
    BoundCardRow Card,
    Notice Notice,
    NewCardDeposit? Unproven = null
) : Command<Done>(World, Now)
{
    public override Guid Lane => Account.CustomerId.Value;

    public override Subject Subject => Subject.Of(Account.Id);

    public override void Keys(IKeySet keys)
    {
        keys.Want(IntentTables.Intents, IntentId);
        keys.Want(CustomerTables.Mobiles, new(MobileIndex));
        keys.Want(AccountTables.Accounts, Account.Id);
        keys.Want(AccountTables.Verifications, new(Account.Id, VerificationPurpose.Card));
        Unproven?.Want(keys, Account.Id);
    }

    public override Decision<Done> Decide(Book book) => OwnCardRules.Complete(this, book);
}

/// <summary>Makes one of the cards of an account its default one.</summary>
/// <param name="Account">Read before the batch, with the card that is the default one so far.</param>
/// <param name="Consents">The consents to use the account: their apps are told.</param>
public sealed record ChooseCard(
    World World,
    DateTimeOffset Now,
    AccountRow Account,
    Id<BoundCardRow> CardId,
    byte[] PinHash,
    Notice Notice,
    IReadOnlyList<Id<ConsentRow>> Consents
) : OwnAccountCommand<PinCheck>(World, Now, Account)
{
    public override void Keys(IKeySet keys)
    {
        base.Keys(keys);
        keys.Want(CustomerTables.BoundCards, CardId);
        keys.Want(CustomerTables.BoundCards, Account.CardId);
        AccountRules.WantConsents(keys, Consents);
    }

    public override Decision<PinCheck> Decide(Book book) => OwnCardRules.Choose(this, book);
}

/// <summary>Takes a card off an account.</summary>
public sealed record RemoveCard(
    World World,
    DateTimeOffset Now,
    AccountRow Account,
    Id<BoundCardRow> CardId,
    byte[] PinHash,
    Notice Notice
) : OwnAccountCommand<PinCheck>(World, Now, Account)
{
    public override void Keys(IKeySet keys)
    {
        base.Keys(keys);
        keys.Want(CustomerTables.BoundCards, CardId);
    }

    public override Decision<PinCheck> Decide(Book book) => OwnCardRules.Remove(this, book);
}

/// <summary>
/// The cards of an account. One of them is the default card; it is always there, since it is not removed while it is the default
/// one. Another card takes its place by being added, which its bank confirms or a small amount proves, and
/// then chosen. Each of it needs the payment PIN, and is told to the customer's phone.
/// </summary>
public static class OwnCardRules
{
    /// <summary>Why an act was refused; the pages have the words.</summary>
    public static class Refusals
    {
        public const string TooMany = "too_many_cards";
        public const string Bound = "card_bound";
        public const string NotBound = "card_not_bound";
        public const string Default = "card_is_default";
        public const string Changed = "cards_changed";
        public const string NotVerified = "card_not_verified";
    }

    /// <summary>
    /// Refuses: the account is not in use; a card is being added; its banks said no too often; it has as many cards as the rules
    /// allow; the card is bound to it; its cards have changed since they were looked at.
    /// Declines: the PIN was wrong; the try is counted.
    /// </summary>
    public static Decision<PinCheck> Add(AddCard command, Book book)
    {
        var account = book.Get(AccountTables.Accounts, command.Account.Id);
        var before = book.Find(AccountTables.Verifications, KeyOf(account));
        if (ReasonNotToAdd(account, before, command.Now, command.RealNow, LimitRules.Of(book)) is { } reason)
        {
            return Decision.Reject(reason);
        }

        var check = PinRules.Check(book, account.CustomerId, command.PinHash, command.Form, command.Now);
        if (check != PinCheck.Right)
        {
            return Decision.Decline(check);
        }

        if (before?.Version != command.Before?.Version)
        {
            return Decision.Reject(Refusals.Changed);
        }

        if (command.IsBound)
        {
            return Decision.Reject(Refusals.Bound);
        }

        VerificationRules.Begin(
            book,
            KeyOf(account),
            IntentKind.VerifyCard,
            command.IntentId,
            command.Request,
            command.RealNow
        );
        return Decision.Accept(check);
    }

    /// <summary>An answer that comes twice counts once. An account that was frozen or closed meanwhile gets no card.</summary>
    public static Decision<Done> Complete(CompleteCard command, Book book)
    {
        var account = book.Get(AccountTables.Accounts, command.Account.Id);
        if (command.Unproven is { } unproven)
        {
            CardDepositRules.Begin(command, unproven, account, book);
        }
        else if (
            VerificationRules.TryFinish(
                book,
                KeyOf(account),
                command.IntentId,
                new(account.CustomerId, command.MobileIndex),
                command.Verified,
                Refusals.NotVerified,
                ReasonNotToBind(account, command.Now),
                command.Notice.RealNow
            )
        )
        {
            Bind(book, account, command.Card, command.Notice);
        }

        return Decision.Accept(new Done());
    }

    /// <summary>Why a card that is the customer's own is not bound now.</summary>
    public static string? ReasonNotToBind(AccountRow account, DateTimeOffset now) =>
        AccountRules.StateAt(account, now) == AccountState.Active ? null : OwnAccountRules.Refusals.NotNow;

    public static void Bind(Book book, AccountRow account, BoundCardRow card, Notice notice)
    {
        book.Insert(CustomerTables.BoundCards, card);
        book.Update(AccountTables.Accounts, account with { Cards = account.Cards + 1 });
        notice.Send(book, account.CustomerId);
    }

    /// <summary>
    /// Refuses: the account is not in use; the card is not bound to it; another has become its default card since it was looked at.
    /// Declines: the PIN was wrong; the try is counted. What is the default card stays it.
    /// </summary>
    public static Decision<PinCheck> Choose(ChooseCard command, Book book)
    {
        var account = book.Get(AccountTables.Accounts, command.Account.Id);
        if (AccountRules.StateAt(account, command.Now) != AccountState.Active)
        {
            return Decision.Reject(OwnAccountRules.Refusals.NotNow);
        }

        if (account.CardId != command.Account.CardId && account.CardId != command.CardId)
        {
            return Decision.Reject(Refusals.Changed);
        }

        if (!IsBound(book, account, command.CardId))
        {
            return Decision.Reject(Refusals.NotBound);
        }

        var check = PinRules.Check(book, account.CustomerId, command.PinHash, command.Form, command.Now);
        if (check != PinCheck.Right)
        {
            return Decision.Decline(check);
        }

        if (account.CardId != command.CardId)
        {
            KeepBound(book, account);
            account = book.Update(AccountTables.Accounts, account with { CardId = command.CardId });
            AccountRules.Tell(
                book,
                EventTypes.AccountBoundCardChanged,
                account,
                AccountRules.AppsOf(book, command.Consents),
                EventSubject.Of("card_id", account.CardId)
            );
            command.Notice.Send(book, account.CustomerId);
        }

        return Decision.Accept(check);
    }

    /// <summary>
    /// Refuses: the account is not in use; the card is its default one, or not bound to it.
    /// Declines: the PIN was wrong; the try is counted. What is on its way from or to the card still gets there.
    /// </summary>
    public static Decision<PinCheck> Remove(RemoveCard command, Book book)
    {
        var account = book.Get(AccountTables.Accounts, command.Account.Id);
        if (AccountRules.StateAt(account, command.Now) != AccountState.Active)
        {
            return Decision.Reject(OwnAccountRules.Refusals.NotNow);
        }

        if (account.CardId == command.CardId)
        {
            return Decision.Reject(Refusals.Default);
        }

        if (!IsBound(book, account, command.CardId))
        {
            return Decision.Reject(Refusals.NotBound);
        }

        var check = PinRules.Check(book, account.CustomerId, command.PinHash, command.Form, command.Now);
        if (check != PinCheck.Right)
        {
            return Decision.Decline(check);
        }

        var card = book.Get(CustomerTables.BoundCards, command.CardId);
        book.Update(CustomerTables.BoundCards, card with { RemovedAt = command.Now });
        book.Update(AccountTables.Accounts, account with { Cards = account.Cards - 1 });
        command.Notice.Send(book, account.CustomerId);
        return Decision.Accept(check);
    }

    private static string? ReasonNotToAdd(
        AccountRow account,
        AccountVerificationRow? before,
        DateTimeOffset now,
        DateTimeOffset realNow,
        LimitRules limits
    ) =>
        AccountRules.StateAt(account, now) != AccountState.Active ? OwnAccountRules.Refusals.NotNow
        : VerificationRules.ReasonNotToBegin(before, realNow) is { } reason ? reason
        : account.Cards >= limits.For(account.Type, BusinessCalendar.DateOf(now)).CardsPerAccount
            ? Refusals.TooMany
        : null;

    /// <summary>Whether a card is one of an account's; both rows are wanted.</summary>
    internal static bool IsBound(Book book, AccountRow account, Id<BoundCardRow> cardId) =>
        cardId == account.CardId
        || (
            book.Find(CustomerTables.BoundCards, cardId) is { RemovedAt: null } card
            && card.AccountId == account.Id
        );

    /// <summary>The default card of an account that an older server opened says nowhere whose it is.</summary>
    private static void KeepBound(Book book, AccountRow account)
    {
        var card = book.Get(CustomerTables.BoundCards, account.CardId);
        if (card.AccountId is null)
        {
            book.Update(CustomerTables.BoundCards, card with { AccountId = account.Id });
        }
    }

    public static AccountVerificationKey KeyOf(AccountRow account) =>
        new(account.Id, VerificationPurpose.Card);
}
