using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Withdrawals;

/// <summary>Closes an account: what is left goes to the bound card first.</summary>
/// <param name="TopUpUnderWay">Whether the card's bank was asked for money that may still come.</param>
/// <param name="Consents">The consents to use the account: their apps are told.</param>
/// <param name="WithdrawalUnderWay">Whether money that may come back is on its way to a card.</param>
/// <param name="Notice">Tells the customer that it is being closed.</param>
public sealed record CloseAccount(
    World World,
    DateTimeOffset Now,
    AccountRow Account,
    byte[] PinHash,
    bool TopUpUnderWay,
    Id<WithdrawalRow> WithdrawalId,
    Id<IntentRow> IntentId,
    DateTimeOffset RealNow,
    IReadOnlyList<Id<ConsentRow>> Consents,
    bool WithdrawalUnderWay = false,
    Notice? Notice = null
) : OwnAccountCommand<PinCheck>(World, Now, Account)
{
    /// <summary>In which the customer is told when the card's bank does not take what is left.</summary>
    public string? Language { get; init; }

    public override void Keys(IKeySet keys)
    {
        base.Keys(keys);
        AccountRules.WantConsents(keys, Consents);
    }

    public override Decision<PinCheck> Decide(Book book) => ClosingRules.Close(this, book);
}

/// <summary>How an account is closed: payments stop at once, the rest goes to the card, and with it the consents
/// end.</summary>
public static class ClosingRules
{
    /// <summary>Why an account is not closed now; the pages have the words.</summary>
    public static class Refusals
    {
        public const string HoldsOpen = "holds_open";
        public const string TopUpUnderWay = "top_up_under_way";
        public const string WithdrawalUnderWay = "withdrawal_under_way";
    }

    /// <summary>
    /// Refuses: the account is not in use; money is held on it; a top-up or a withdrawal is under way.
    /// Declines: the PIN was wrong; the try is counted.
    /// </summary>
    public static Decision<PinCheck> Close(CloseAccount command, Book book)
    {
        var account = book.Get(AccountTables.Accounts, command.Account.Id);
        if (WhyNot(account, command.TopUpUnderWay, command.WithdrawalUnderWay, command.Now) is { } hindrance)
        {
            return Decision.Reject(hindrance);
        }

        var check = PinRules.Check(book, account.CustomerId, command.PinHash, command.Form, command.Now);
        if (check != PinCheck.Right)
        {
            return Decision.Decline(check);
        }

        account = AccountRules.Move(
            book,
            account,
            AccountRules.StandingAt(account, command.Now).BeginClosing()!.Value,
            EventTypes.AccountClosing,
            AccountRules.AppsOf(book, command.Consents)
        );
        WithdrawalRules.Ask(
            book,
            account,
            WithdrawalSource.Account,
            account.Available,
            command.WithdrawalId,
            command.IntentId,
            command.Now,
            command.RealNow,
            command.Language
        );
        command.Notice?.Send(book, account.CustomerId);
        return Decision.Accept(check);
    }

    /// <summary>Why an account cannot be closed now, whoever asks; null when it can.</summary>
    public static string? WhyNot(
        AccountRow account,
        bool topUpUnderWay,
        bool withdrawalUnderWay,
        DateTimeOffset now
    ) =>
        AccountRules.StandingAt(account, now).BeginClosing() is null ? OwnAccountRules.Refusals.NotNow
        : account.Held > 0 ? Refusals.HoldsOpen
        : topUpUnderWay ? Refusals.TopUpUnderWay
        : withdrawalUnderWay ? Refusals.WithdrawalUnderWay
        : null;

    /// <summary>The card's bank did not take it, or may not be asked: the account is what it was, and the customer is told.</summary>
    internal static void GiveUp(CompleteWithdrawal command, Book book)
    {
        var account = book.Get(AccountTables.Accounts, command.Withdrawal.AccountId);
        command.Notice?.Send(book, account.CustomerId);
        if (AccountStanding.Of(account).Reopen() is { } open)
        {
            AccountRules.Move(book, account, open, EventTypes.AccountActive, AppsOf(command, book));
        }
    }

    /// <summary>Closes the account, or sends on to the card what came meanwhile; from a frozen account nothing more goes
    /// out.</summary>
    internal static void GoOn(CompleteWithdrawal command, Book book)
    {
        var account = book.Get(AccountTables.Accounts, command.Withdrawal.AccountId);
        var standing = AccountStanding.Of(account);
        if (account.Available == 0)
        {
            Finish(command, book, account);
        }
        else if (standing.State == AccountState.Closing)
        {
            WithdrawalRules.Ask(
                book,
                account,
                WithdrawalSource.Account,
                account.Available,
                command.NextId,
                command.NextIntentId,
                command.Now,
                command.RealNow,
                command.Withdrawal.Language
            );
        }
        else
        {
            GiveUp(command, book);
        }
    }

    private static void Finish(CompleteWithdrawal command, Book book, AccountRow account)
    {
        if (AccountStanding.Of(account).FinishClosing() is not { } closed)
        {
            return;
        }

        var apps = AppsOf(command, book).ToList();
        foreach (var consent in command.Consents)
        {
            ConsentRules.Revoke(
                new RevokeConsent(command.World, command.Now, consent.Id, consent.AgreementId),
                book
            );
        }

        var customer = book.Get(CustomerTables.Customers, account.CustomerId);
        book.Update(CustomerTables.Customers, AccountRules.Count(customer, account.Type, -1));
        AccountRules.Move(book, account, closed, EventTypes.AccountClosed, apps);
    }

    private static IEnumerable<Id<Partners.AppRow>> AppsOf(CompleteWithdrawal command, Book book) =>
        AccountRules.AppsOf(book, [.. command.Consents.Select(consent => consent.Id)]);
}
