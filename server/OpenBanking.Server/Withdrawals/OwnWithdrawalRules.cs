using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Withdrawals;

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
) : OwnAccountCommand<PinCheck>(World, Now, Account)
{
    public override Subject Subject => Subject.Of(WithdrawalId);

    public override void Keys(IKeySet keys)
    {
        base.Keys(keys);
        keys.Want(WithdrawalTables.Withdrawals, WithdrawalId);
        keys.Want(CustomerTables.BoundCards, CardId);
    }

    public override Decision<PinCheck> Decide(Book book) => OwnWithdrawalRules.Order(this, book);
}

/// <summary>How customers bring money of their own to a bound card. It goes to the bound account, so it counts for no limit of
/// what goes out.</summary>
public static class OwnWithdrawalRules
{
    /// <summary>
    /// Refuses: the account is not in use; the card is not bound to it; there is not so much that nothing holds.
    /// Declines: the PIN was wrong; the try is counted.
    /// </summary>
    public static Decision<PinCheck> Order(OrderWithdrawal command, Book book)
    {
        var account = book.Get(AccountTables.Accounts, command.Account.Id);
        if (book.Find(WithdrawalTables.Withdrawals, command.WithdrawalId) is { } known)
        {
            return known.AccountId == account.Id
                ? Decision.Accept(PinCheck.Right)
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

        var check = PinRules.Check(book, account.CustomerId, command.PinHash, command.Now);
        if (check != PinCheck.Right)
        {
            return Decision.Decline(check);
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
        return Decision.Accept(check);
    }
}
