using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>Reads a linked customer's e-accounts, with the customer's own token.</summary>
/// <remarks>Every method throws <see cref="OpenBankingAuthenticationException"/> when the customer is not
/// linked or has taken the consent back: link the customer again.</remarks>
public class AccountsClient
{
    private const string Route = "/v1/accounts";
    private const string OneRoute = "/v1/accounts/{id}";
    private const string LimitsRoute = "/v1/accounts/{id}/limits";
    private const string TransactionsRoute = "/v1/accounts/{id}/transactions";
    private const int UsualPage = 50;

    private readonly Api api;

    /// <summary>For mocks, which override what they are asked for.</summary>
    protected AccountsClient() => api = Api.OfMock;

    internal AccountsClient(Api api) => this.api = api;

    /// <summary>The e-accounts that the customer's consent covers.</summary>
    /// <example><code source="Accounts_ListAsync">
    /// foreach (var owned in (await client.Accounts.ListAsync(customerId)).Data)
    /// {
    ///     Console.WriteLine($"{owned.Id}: {owned.Status}");
    /// }
    /// </code></example>
    /// <param name="customerId">The customer, <c>cus_…</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The e-accounts, with their balances where the consent lets the app read them.</returns>
    /// <exception cref="OpenBankingException">Refused or unreachable.</exception>
    public virtual Task<Page<Account>> ListAsync(
        string customerId,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(customerId);
        var call = ApiCall.Get(Route) with { CustomerId = customerId };
        return api.SendAsync(call, ResponseJson.Default.PageAccount, cancellationToken);
    }

    /// <summary>One e-account.</summary>
    /// <example><code source="Accounts_GetAsync">
    /// var account = await client.Accounts.GetAsync(customerId, accountId);
    /// Console.WriteLine($"{account.Balance!.Available} may be spent.");
    /// </code></example>
    /// <param name="customerId">The customer, <c>cus_…</c>.</param>
    /// <param name="accountId">The e-account, <c>acct_…</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The e-account as it is now, with its balance where the consent lets the app read it.</returns>
    /// <exception cref="OpenBankingException">Refused or unreachable; <c>not_found</c> when the consent does
    /// not cover it.</exception>
    public virtual Task<Account> GetAsync(
        string customerId,
        string accountId,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(customerId);
        var call = ApiCall.Get(OneRoute, accountId) with { CustomerId = customerId };
        return api.SendAsync(call, ResponseJson.Default.Account, cancellationToken);
    }

    /// <summary>What may still go out of an e-account today and this year, and under the agreement of the same
    /// consent.</summary>
    /// <remarks>
    /// Says before a payment what would be declined for a limit. The balance is not counted in. Needs
    /// <c>read_balances</c>.
    /// </remarks>
    /// <example><code source="Accounts_GetLimitsAsync">
    /// var limits = await client.Accounts.GetLimitsAsync(customerId, accountId);
    /// if (price &gt; limits.Day.Left)
    /// {
    ///     Console.WriteLine($"Another way to pay, or after {limits.Day.ResetsAt}.");
    /// }
    /// </code></example>
    /// <param name="customerId">The customer, <c>cus_…</c>.</param>
    /// <param name="accountId">The e-account, <c>acct_…</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>For the day, the year and the agreement: what may go out, and what is left of it.</returns>
    /// <exception cref="OpenBankingException">Refused or unreachable; <c>not_found</c> when the consent does
    /// not cover it, <c>insufficient_scope</c> when it does not hold <c>read_balances</c>.</exception>
    public virtual Task<SpendingLimits> GetLimitsAsync(
        string customerId,
        string accountId,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(customerId);
        var call = ApiCall.Get(LimitsRoute, accountId) with { CustomerId = customerId };
        return api.SendAsync(call, ResponseJson.Default.SpendingLimits, cancellationToken);
    }

    /// <summary>The whole statement, read page by page as it is walked.</summary>
    /// <example><code source="Accounts_ListTransactionsAsync">
    /// await foreach (var line in client.Accounts.ListTransactionsAsync(customerId, accountId))
    /// {
    ///     Console.WriteLine($"{line.BusinessDate} {line.Kind} {line.Amount}");
    /// }
    /// </code></example>
    /// <param name="customerId">The customer, <c>cus_…</c>.</param>
    /// <param name="accountId">The e-account, <c>acct_…</c>.</param>
    /// <param name="pageSize">Lines per request, 1–100; 50 by default.</param>
    /// <param name="cancellationToken">Ends the walk.</param>
    /// <returns>The lines, the newest first.</returns>
    /// <exception cref="OpenBankingException">While walking: refused or unreachable.</exception>
    public virtual IAsyncEnumerable<Transaction> ListTransactionsAsync(
        string customerId,
        string accountId,
        int pageSize = UsualPage,
        CancellationToken cancellationToken = default
    )
    {
        Check(customerId, accountId, pageSize);
        return Cursors.StreamAsync(
            (after, token) => ListTransactionsPageAsync(customerId, accountId, pageSize, after, token),
            cancellationToken
        );
    }

    /// <summary>One page of the statement.</summary>
    /// <example><code source="Accounts_ListTransactionsPageAsync">
    /// var page = await client.Accounts.ListTransactionsPageAsync(customerId, accountId, pageSize: 10);
    /// var next = page.HasMore
    ///     ? await client.Accounts.ListTransactionsPageAsync(customerId, accountId, 10, page.NextCursor)
    ///     : null;
    /// </code></example>
    /// <param name="customerId">The customer, <c>cus_…</c>.</param>
    /// <param name="accountId">The e-account, <c>acct_…</c>.</param>
    /// <param name="pageSize">Lines, 1–100; 50 by default.</param>
    /// <param name="after">The cursor of the page before; null for the first page.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The lines, the newest first, and the cursor of the next page.</returns>
    /// <exception cref="OpenBankingException">Refused or unreachable.</exception>
    public virtual Task<Page<Transaction>> ListTransactionsPageAsync(
        string customerId,
        string accountId,
        int pageSize = UsualPage,
        string? after = null,
        CancellationToken cancellationToken = default
    )
    {
        Check(customerId, accountId, pageSize);
        var call = ApiCall.Get(TransactionsRoute, accountId) with { CustomerId = customerId };
        return api.SendAsync(
            call with
            {
                Path = Cursors.WithQuery(call.Path, pageSize, after),
            },
            ResponseJson.Default.PageTransaction,
            cancellationToken
        );
    }

    private static void Check(string customerId, string accountId, int pageSize)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(customerId);
        ArgumentException.ThrowIfNullOrWhiteSpace(accountId);
        Cursors.CheckPageSize(pageSize);
    }
}
