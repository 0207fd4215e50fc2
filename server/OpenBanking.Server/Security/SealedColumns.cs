using OpenBanking.Server.Accounts;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Audit;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Cases;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Erasure;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Pages;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Webhooks;

namespace OpenBanking.Server.Security;

/// <summary>A column of values that the vault has sealed.</summary>
/// <param name="Table">A table with one id as its key, or one of a few rows in the live world.</param>
/// <param name="TiedTo">The column whose value says which row a sealed one belongs to.</param>
/// <param name="RowId">What it is tied to, made of that value.</param>
public sealed record SealedColumn(Table Table, string Column, string TiedTo, Func<object, Guid> RowId)
{
    /// <summary>How many values are read and replaced at once.</summary>
    public int PartSize { get; init; } = Rewrapping.PartSize;

    public string Name => $"{Table.Name}.{Column}";

    /// <summary>Whether it is read in parts, by the ids of its rows; the others are read whole.</summary>
    public bool IsPaged => Table.KeyColumns is [var key] && Table.KindOf(key) == ColumnKind.Uuid;
}

/// <summary>Every column of sealed values. Keyed digests are not among them: what they were made of is not kept, so that
/// they stay under the master key for good.</summary>
public static class SealedColumns
{
    public static IReadOnlyList<SealedColumn> All { get; } =
    [
        Of(AccountTables.Accounts, "number"),
        Of(AccountTables.CardDeposits, "request", "account_id"),
        Of(ApplicationTables.Applications, "elements"),
        // A part of them is some megabytes each.
        Of(IdentityImageTables.Images, "content") with
        {
            PartSize = 4,
        },
        Of(CaseTables.Cases, "name"),
        Of(CaseTables.Cases, "text"),
        Of(CaseTables.Cases, "answer"),
        Of(CustomerTables.BoundCards, "number"),
        Of(CustomerTables.Customers, "profile"),
        Of(IntentTables.Intents, "request"),
        Of(SealedIdentityTables.Identities, "profile"),
        Of(SessionTables.Sessions, "mobile"),
        Of(MobileChangeTables.Changes, "request", "session_id"),
        Of(AuthorizationTables.Interactions, "mobile"),
        Of(AuthorizationTables.Interactions, "applicant_name"),
        Of(WebhookTables.Endpoints, "secret"),
        Of(ProofTables.Epochs, "secret"),
        new(AuditTables.Keys, "private_key", "key_id", id => AuditKeys.RowIdOf((string)id)),
        new(KeyTables.RotatingKeys, "private_key", "key_id", id => SigningKeys.RowIdOf((string)id)),
        new(AuthorizationTables.SigningKeys, "private_key", "key_id", id => SigningKeys.RowIdOf((string)id)),
        new(AuthorizationTables.PageKeys, "xml", "name", name => PageKeys.RowIdOf((string)name)),
    ];

    private static SealedColumn Of(Table table, string column, string key = "id") =>
        new(table, column, key, id => (Guid)id);
}
