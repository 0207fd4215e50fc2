using System.Text.Json;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Authorization.Authority;

/// <summary>
/// Finds out which customer a token of the authority acts for, and what for. Checks, in order: the claim of the settings
/// holds a customer's id; the details give access to accounts; the customer has the account, or has one alone. A closed
/// account is none, so who was erased has none either. What the authority does not say outright is not allowed: of its
/// details only <c>account_information</c> is read.
/// </summary>
public sealed class AuthorityCustomers(AuthorityOptions options, Store store)
{
    private const int MostAccounts = 16;

    /// <summary>What the customer allowed, as if it were a consent given here; or why there is nothing.</summary>
    public async ValueTask<(ConsentRow? Consent, string? Reason)> FindConsentAsync(
        RegisteredApp app,
        AuthorityClaims claims,
        string audience,
        DateTimeOffset now
    )
    {
        if (!Id<CustomerRow>.TryParse(claims.Customer, out var customer))
        {
            return (null, $"The token's {options.CustomerClaim} is no customer of this bank.");
        }

        var (information, named) = ReadDetails(claims.Details, audience);
        var accounts = await store.ListAsync(
            AccountTables.Accounts,
            app.World,
            $"customer_id = {customer} AND state <> {AccountState.Closed} ORDER BY id LIMIT {MostAccounts}"
        );
        var account =
            named is not null ? accounts.FirstOrDefault(one => one.Id.ToString() == named)
            : accounts is [var only] ? only
            : null;
        return account is null
            ? (
                null,
                accounts.Count > 1 && named is null
                    ? "The customer has several e-accounts: the detail must name one by identifier."
                    : "The customer has no such e-account."
            )
            : (ConsentOf(app, claims, account, information, now), null);
    }

    private static ConsentRow ConsentOf(
        RegisteredApp app,
        AuthorityClaims claims,
        AccountRow account,
        AccountInformation? information,
        DateTimeOffset now
    ) =>
        new()
        {
            Id = default,
            AppId = app.Row.Id,
            CustomerId = account.CustomerId,
            AccountId = account.Id,
            State = ConsentState.Authorized,
            Scope = string.Join(' ', claims.Scopes),
            Details = AuthorizationDetails.Write(information is null ? [] : [information]),
            GrantedAt = now,
            ExpiresAt = claims.ExpiresAt,
        };

    /// <summary>The access to accounts, and the account that is named; null when there is none, or it is for another
    /// place (RFC 9396 §2.2).</summary>
    private static (AccountInformation?, string? AccountId) ReadDetails(JsonElement? details, string audience)
    {
        if (details is not { ValueKind: JsonValueKind.Array } list)
        {
            return (null, null);
        }

        foreach (var detail in list.EnumerateArray())
        {
            if (
                JsonText.Of(detail, "type") == AccountInformation.TypeName
                && ListOf(detail, "locations") is var locations
                && (locations is null || locations.Contains(audience))
            )
            {
                var actions = ListOf(detail, "actions") ?? AccountInformation.AllActions;
                return (
                    new() { Actions = [.. actions.Intersect(AccountInformation.AllActions)] },
                    JsonText.Of(detail, "identifier")
                );
            }
        }

        return (null, null);
    }

    /// <summary>The texts of a list; null when it is absent.</summary>
    private static IReadOnlyList<string>? ListOf(JsonElement detail, string member) =>
        !detail.TryGetProperty(member, out var list) ? null
        : list.ValueKind != JsonValueKind.Array ? []
        :
        [
            .. list.EnumerateArray()
                .Where(one => one.ValueKind == JsonValueKind.String)
                .Select(one => one.GetString()!),
        ];
}
