using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Withdrawals;

/// <summary>What became of a customer's try to order a withdrawal.</summary>
public enum OrderOutcome
{
    Ordered,
    PinWrong,
    PinLocked,
    CodeWrong,

    /// <summary>Only a new code helps.</summary>
    CodeOver,

    /// <summary>For a day no code helps.</summary>
    CodeLocked,
}

/// <summary>A customer orders money of an account to one of its cards.</summary>
/// <param name="WithdrawalId">Of the form it was ordered with: a form that is sent twice orders once.</param>
/// <param name="Language">In which the customer is told when it fails.</param>
/// <param name="Notice">Tells the customer that it was ordered.</param>
public sealed record OrderWithdrawal(
    World World,
    DateTimeOffset Now,
    AccountRow Account,
    Id<WithdrawalRow> WithdrawalId,
    Id<BoundCardRow> CardId,
    long Amount,
    byte[] PinHash,
    string Language,
    Id<IntentRow> IntentId,
    Notice Notice
) : OwnAccountCommand<OrderOutcome>(World, Now, Account)
{
    /// <summary>The one-time code; null when none was entered. Its digest holds amount and card, too, so that it is right for those
    /// that its message named alone.</summary>
    public EnteredCode? Code { get; init; }

    public override Subject Subject => Subject.Of(WithdrawalId);

    public override void Keys(IKeySet keys)
    {
        base.Keys(keys);
        keys.Want(WithdrawalTables.Withdrawals, WithdrawalId);
        keys.Want(CustomerTables.BoundCards, CardId);
        if (Code is { } code)
        {
            OneTimeCodeRules.Want(keys, code);
        }
    }

    public override Decision<OrderOutcome> Decide(Book book) => OwnWithdrawalRules.Order(this, book);
}

/// <summary>Sends a one-time code for a withdrawal that is to be ordered.</summary>
public sealed record SendWithdrawalCode(
    World World,
    DateTimeOffset Now,
    AccountRow Account,
    NewOneTimeCode Code
) : OwnAccountCommand<Done>(World, Now, Account)
{
    public override void Keys(IKeySet keys)
    {
        base.Keys(keys);
        OneTimeCodeRules.Want(keys, Code);
        keys.Want(CustomerTables.OneTimeCodes, Code.CodeId);
    }

    public override Decision<Done> Decide(Book book) => OwnWithdrawalRules.SendCode(this, book);
}

/// <summary>How customers bring money of their own to a bound card. It goes to the bound account, so it counts for no limit of
/// what goes out.</summary>
public static class OwnWithdrawalRules
{
    /// <summary>Why an order was refused; the pages have the words.</summary>
    public static class Refusals
    {
        public const string CodeNeeded = "code_needed";
    }

    /// <summary>Refuses: the account is not in use; too many codes; the id is another customer's code's. A code that is asked for
    /// twice by the same id is sent once.</summary>
    public static Decision<Done> SendCode(SendWithdrawalCode command, Book book)
    {
        if (book.Find(CustomerTables.OneTimeCodes, command.Code.CodeId) is { } known)
        {
            return known.MobileIndex == command.Code.MobileIndex
                ? Decision.Accept(new Done())
                : Decision.Reject(OwnAccountRules.Refusals.NotNow);
        }

        var account = book.Get(AccountTables.Accounts, command.Account.Id);
        return AccountRules.DeclineState(account, command.Now) is { } decline ? Decision.Reject(decline)
            : OneTimeCodeRules.Send(book, command.Code) is { } refusal ? refusal
            : Decision.Accept(new Done());
    }

    /// <summary>
    /// Refuses: the account is not in use; the card is not bound to it; there is not so much that nothing holds; a code is
    /// needed.
    /// Declines: the PIN or the code was wrong; the try is counted.
    /// </summary>
    public static Decision<OrderOutcome> Order(OrderWithdrawal command, Book book)
    {
        var account = book.Get(AccountTables.Accounts, command.Account.Id);
        if (book.Find(WithdrawalTables.Withdrawals, command.WithdrawalId) is { } known)
        {
            return known.AccountId == account.Id
                ? Decision.Accept(OrderOutcome.Ordered)
                : Decision.Reject(OwnAccountRules.Refusals.NotNow);
        }

        if (AccountRules.DeclineState(account, command.Now) is { } decline)
        {
            return Decision.Reject(decline);
        }

        if (!OwnCardRules.IsBound(book, account, command.CardId))
        {
            return Decision.Reject(OwnCardRules.Refusals.NotBound);
        }

        if (command.Amount <= 0 || command.Amount > account.Available)
        {
            return Decision.Reject(DeclineCodes.InsufficientFunds);
        }

        var needsCode = AccountRules.NeedsCode(account, command.Amount, command.Now, LimitRules.Of(book));
        if (needsCode && command.Code is null)
        {
            return Decision.Reject(Refusals.CodeNeeded);
        }

        var pin = PinRules.Check(book, account.CustomerId, command.PinHash, command.Form, command.Now);
        if (pin != PinCheck.Right)
        {
            return Decision.Decline(pin == PinCheck.Wrong ? OrderOutcome.PinWrong : OrderOutcome.PinLocked);
        }

        var code = needsCode
            ? OneTimeCodeRules.Check(book, command.Code!, command.Form, command.Notice.RealNow)
            : CodeCheck.Right;
        if (code != CodeCheck.Right)
        {
            return Decision.Decline(
                code switch
                {
                    CodeCheck.Wrong => OrderOutcome.CodeWrong,
                    CodeCheck.Locked => OrderOutcome.CodeLocked,
                    _ => OrderOutcome.CodeOver,
                }
            );
        }

        WithdrawalRules.Order(
            book,
            new()
            {
                Id = command.WithdrawalId,
                CustomerId = account.CustomerId,
                AccountId = account.Id,
                CardId = command.CardId,
                Source = WithdrawalSource.Order,
                State = WithdrawalState.Processing,
                Currency = account.Currency,
                Amount = command.Amount,
                CreatedAt = command.Now,
                Language = command.Language,
            },
            command.IntentId,
            command.Notice.RealNow
        );
        command.Notice.Send(book, account.CustomerId);
        return Decision.Accept(OrderOutcome.Ordered);
    }
}
