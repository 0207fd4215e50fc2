using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Partners;

namespace OpenBanking.Server.Accounts;

/// <summary>GET /v1/accounts, /v1/accounts/{id}, /v1/accounts/{id}/transactions</summary>
public static class AccountApi
{
    public static void MapAccounts(this IEndpointRouteBuilder api)
    {
        api.MapGet("/accounts", ListAsync)
            .Needs(Reading(AccountInformation.ReadAccounts))
            .WithName("listAccounts")
            .WithTags("Accounts")
            .WithSummary("The e-account the customer gave access to")
            .Produces<Page<Account>>();

        api.MapGet("/accounts/{id}", GetAsync)
            .Needs(Reading(AccountInformation.ReadAccounts))
            .WithName("getAccount")
            .WithTags("Accounts")
            .WithSummary("One e-account")
            .WithDescription("The balance is left out when the consent does not hold read_balances.")
            .Produces<Account>()
            .Refuses(ProblemCodes.NotFound);

        api.MapGet("/accounts/{id}/transactions", ListTransactionsAsync)
            .Needs(Reading(AccountInformation.ReadTransactions))
            .WithName("listTransactions")
            .WithTags("Accounts")
            .WithSummary("The statement, the newest line first")
            .WithDescription(
                "Each line has the balance after it, also when the consent does not hold read_balances."
            )
            .Produces<Page<Transaction>>()
            .Refuses(ProblemCodes.NotFound);
    }

    private static TokenRequirement Reading(string action) =>
        TokenRequirement.Customer(Scopes.Accounts, AccountInformation.TypeName, action);

    private static async Task<IResult> ListAsync(Caller caller, AccountQueries queries) =>
        Answers.Ok(
            new Page<Account>
            {
                Data = await queries.FindAsync(caller, caller.Consent.AccountId) is { } account
                    ? [Show(account, await queries.FindCardAsync(caller, account), caller)]
                    : [],
                HasMore = false,
            }
        );

    private static async Task<IResult> GetAsync(Caller caller, string id, AccountQueries queries) =>
        caller.TryRead<AccountRow>(id, out var accountId)
        && await queries.FindAsync(caller, accountId) is { } account
            ? Answers.Ok(Show(account, await queries.FindCardAsync(caller, account), caller))
            : Problems.NotFound();

    private static async Task<IResult> ListTransactionsAsync(
        Caller caller,
        string id,
        PageRequest page,
        AccountQueries queries
    )
    {
        if (
            !caller.TryRead<AccountRow>(id, out var accountId)
            || await queries.FindAsync(caller, accountId) is not { } account
        )
        {
            return Problems.NotFound();
        }

        if (!page.TryReadNumber(out var before))
        {
            return PageRequest.WrongCursor();
        }

        var entries = await queries.ListEntriesAsync(caller, account, before, page.Limit + 1);
        return Answers.Ok(
            page.PageOf(entries, entry => Show(entry, caller), entry => entry.Sequence.ToString())
        );
    }

    private static Account Show(AccountRow account, BoundCardRow card, Caller caller) =>
        new()
        {
            Id = caller.Show(account.Id),
            CustomerId = caller.Show(account.CustomerId),
            Type = new(account.Type),
            Status = AccountRules.StatusOf(AccountRules.StateAt(account, caller.Now)),
            MaskedNumber = Masks.Number(account.LastFour),
            BoundCard = new()
            {
                Id = caller.Show(card.Id),
                Bank = card.Bank,
                MaskedNumber = Masks.Number(card.LastFour),
            },
            Balance = Consents.ConsentApi.Holds(
                caller.Consent,
                AccountInformation.TypeName,
                AccountInformation.ReadBalances
            )
                ? new()
                {
                    Available = new(account.Currency, account.Available),
                    Held = new(account.Currency, account.Held),
                }
                : null,
            OpenedAt = account.OpenedAt,
        };

    private static Transaction Show(EntryRow entry, Caller caller) =>
        new()
        {
            Id = caller.ShowEntry(entry.AccountId, entry.Sequence),
            Kind = KindOf(entry.Kind),
            Amount = new(entry.Currency, entry.Amount),
            BalanceAfter = new(entry.Currency, entry.BalanceAfter!.Value),
            SourceId = entry.AppId == caller.App.Id.Value ? SourceOf(entry) : null,
            BusinessDate = entry.BusinessDate,
            CreatedAt = entry.CreatedAt,
        };

    private static TransactionKind KindOf(PostingKind kind) =>
        kind switch
        {
            PostingKind.Payment => TransactionKind.Payment,
            PostingKind.Refund => TransactionKind.Refund,
            PostingKind.TopUp => TransactionKind.TopUp,
            PostingKind.Hold => TransactionKind.Hold,
            PostingKind.Release => TransactionKind.Release,
            PostingKind.Withdrawal or PostingKind.WithdrawalOrder or PostingKind.WithdrawalReturn =>
                TransactionKind.Withdrawal,
            _ => throw new InvalidOperationException($"A customer's statement has no {kind}."),
        };

    private static string SourceOf(EntryRow entry) =>
        entry.Kind switch
        {
            PostingKind.Payment or PostingKind.Hold or PostingKind.Release => new Id<Payments.PaymentRow>(
                entry.PostingId
            ).ToString(),
            PostingKind.Refund => new Id<Refunds.RefundRow>(entry.PostingId).ToString(),
            _ => new Id<TopUps.TopUpRow>(entry.PostingId).ToString(),
        };
}
