using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Withdrawals;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.TopUps;

/// <summary>A customer orders money of one of an account's cards to it.</summary>
/// <param name="TopUpId">Of the form it was ordered with: a form that is sent twice orders once.</param>
/// <param name="UnderWay">What else the customer ordered to the account, and has no answer yet.</param>
/// <param name="Language">In which the customer is told when the money is not on the account.</param>
/// <param name="Notice">Tells the customer that it was ordered.</param>
public sealed record OrderTopUp(
    World World,
    DateTimeOffset Now,
    AccountRow Account,
    Id<OwnTopUpRow> TopUpId,
    Id<BoundCardRow> CardId,
    long Amount,
    long UnderWay,
    byte[] PinHash,
    string Language,
    Id<IntentRow> IntentId,
    Notice Notice
) : OwnAccountCommand<PinCheck>(World, Now, Account)
{
    public override Subject Subject => Subject.Of(TopUpId);

    public override void Keys(IKeySet keys)
    {
        base.Keys(keys);
        keys.Want(OwnTopUpTables.TopUps, TopUpId);
        keys.Want(TopUpTables.TopUps, new(TopUpId.Value));
        keys.Want(WithdrawalTables.Withdrawals, new(TopUpId.Value));
        keys.Want(CustomerTables.BoundCards, CardId);
    }

    public override Decision<PinCheck> Decide(Book book) => OwnTopUpRules.Order(this, book);
}

/// <summary>The card's bank answered.</summary>
/// <param name="TopUp">Read before the batch for what never changes in it.</param>
/// <param name="DeclineCode">Why the card's bank refused; null when the money came.</param>
/// <param name="Notice">Tells the customer that the money is not on the account, if it is not.</param>
public record CompleteOwnTopUp(
    World World,
    DateTimeOffset Now,
    Id<IntentRow> IntentId,
    OwnTopUpRow TopUp,
    string? DeclineCode,
    Notice? Notice
) : Command<OwnTopUpRow>(World, Now)
{
    /// <summary>When what does not stay on the account is sent on to its card: real time, which the business clock of a sandbox may be
    /// ahead of.</summary>
    public DateTimeOffset RealNow { get; init; } = Now;

    public override Guid Lane => TopUp.CustomerId.Value;

    public override Subject Subject => Subject.Of(TopUp.Id);

    public override void Keys(IKeySet keys)
    {
        keys.Want(IntentTables.Intents, IntentId);
        keys.Want(OwnTopUpTables.TopUps, TopUp.Id);
        keys.Want(AccountTables.Accounts, TopUp.AccountId);
    }

    public override Decision<OwnTopUpRow> Decide(Book book) =>
        Decision.Accept(OwnTopUpRules.Complete(this, book));
}

/// <summary>A person says what the card's bank has told them; so it stands in the audit.</summary>
public sealed record ResolveOwnTopUp(CompleteOwnTopUp Told) : CompleteOwnTopUp(Told);

/// <summary>How customers bring money of a bound card to their account. It comes from the bound account, so only the most that may
/// be on the account bounds it.</summary>
public static class OwnTopUpRules
{
    /// <summary>
    /// Refuses: the form's id is another transfer's, an app's too, whose money a withdrawal of the same id may send on; the account
    /// is not in use; the card is not bound to it; the account may not have so much on it.
    /// Declines: the PIN was wrong; the try is counted.
    /// </summary>
    public static Decision<PinCheck> Order(OrderTopUp command, Book book)
    {
        var account = book.Get(AccountTables.Accounts, command.Account.Id);
        if (book.Find(OwnTopUpTables.TopUps, command.TopUpId) is { } known)
        {
            return known.AccountId == account.Id
                ? Decision.Accept(PinCheck.Right)
                : Decision.Reject(OwnAccountRules.Refusals.NotNow);
        }

        if (
            book.Find(TopUpTables.TopUps, new(command.TopUpId.Value)) is not null
            || book.Find(WithdrawalTables.Withdrawals, new(command.TopUpId.Value)) is not null
        )
        {
            return Decision.Reject(OwnAccountRules.Refusals.NotNow);
        }

        if (AccountRules.DeclineState(account, command.Now) is { } decline)
        {
            return Decision.Reject(decline);
        }

        if (!OwnCardRules.IsBound(book, account, command.CardId))
        {
            return Decision.Reject(OwnCardRules.Refusals.NotBound);
        }

        if (
            command.Amount <= 0
            || !AccountRules.HasRoomFor(
                account,
                checked(command.UnderWay + command.Amount),
                command.Now,
                LimitRules.Of(book)
            )
        )
        {
            return Decision.Reject(DeclineCodes.AccountBalanceLimit);
        }

        var check = PinRules.Check(book, account.CustomerId, command.PinHash, command.Form, command.Now);
        if (check != PinCheck.Right)
        {
            return Decision.Decline(check);
        }

        book.Insert(
            OwnTopUpTables.TopUps,
            new OwnTopUpRow
            {
                Id = command.TopUpId,
                CustomerId = account.CustomerId,
                AccountId = account.Id,
                CardId = command.CardId,
                State = OwnTopUpState.Processing,
                Currency = account.Currency,
                Amount = command.Amount,
                Language = command.Language,
                CreatedAt = command.Now,
            }
        );
        IntentRules.Ask(
            book,
            command.IntentId,
            IntentKind.DebitOwnCard,
            command.TopUpId.Value,
            command.Notice.RealNow
        );
        command.Notice.Send(book, account.CustomerId);
        return Decision.Accept(check);
    }

    /// <summary>An answer that comes twice counts once.</summary>
    public static OwnTopUpRow Complete(CompleteOwnTopUp command, Book book)
    {
        var topUp = book.Get(OwnTopUpTables.TopUps, command.TopUp.Id);
        if (
            !IntentRules.TryFinish(
                book,
                command.IntentId,
                unasked: command.DeclineCode is DeclineCodes.AccountFrozen or DeclineCodes.AccountClosed
            )
        )
        {
            return topUp;
        }

        var account = book.Get(AccountTables.Accounts, topUp.AccountId);
        topUp = book.Update(
            OwnTopUpTables.TopUps,
            topUp with
            {
                State =
                    command.DeclineCode is not null ? OwnTopUpState.Failed
                    : WithdrawalRules.Takes(book, account, topUp.Amount, command.Now)
                        ? OwnTopUpState.Succeeded
                    : OwnTopUpState.SentBack,
                DeclineCode = command.DeclineCode,
                CompletedAt = command.Now,
            }
        );
        if (topUp.State != OwnTopUpState.Failed)
        {
            TopUpRules.Arrive(
                book,
                account,
                topUp.Id.Value,
                appId: null,
                topUp.Amount,
                command.Now,
                command.RealNow,
                topUp.Language
            );
        }

        if (topUp.State != OwnTopUpState.Succeeded)
        {
            command.Notice?.Send(book, topUp.CustomerId);
        }

        return topUp;
    }
}
