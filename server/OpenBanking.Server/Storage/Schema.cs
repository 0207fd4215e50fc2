using OpenBanking.Server.Accounts;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Audit;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Cases;
using OpenBanking.Server.Confirmations;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Deposits;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Erasure;
using OpenBanking.Server.Fees;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Payouts;
using OpenBanking.Server.Purposes;
using OpenBanking.Server.Refunds;
using OpenBanking.Server.Risk;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Security;
using OpenBanking.Server.SubMerchants;
using OpenBanking.Server.TopUps;
using OpenBanking.Server.Webhooks;
using OpenBanking.Server.Withdrawals;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Storage;

/// <summary>Every table, in the order a batch writes them: what may be refused by its version first, then what
/// is only inserted, and the hot sums last, so that they are locked for the shortest time.</summary>
public static class Schema
{
    public static IReadOnlyList<Table> Tables { get; } =
    [
        AccountTables.Accounts,
        ConsentTables.Agreements,
        CouponTables.Coupons,
        PaymentTables.Orders,
        ConfirmationTables.Confirmations,
        PaymentTables.Payments,
        RefundTables.Refunds,
        TopUpTables.TopUps,
        OwnTopUpTables.TopUps,
        WithdrawalTables.Withdrawals,
        CouponTables.Stocks,
        CouponTables.StockHolders,
        CouponTables.Campaigns,
        FeeTables.Rules,
        SubMerchantTables.SubMerchants,
        PayoutTables.Progress,
        PayoutTables.Payouts,
        CustomerTables.Customers,
        CustomerTables.Identities,
        CustomerTables.Mobiles,
        CustomerTables.BoundCards,
        AccountTables.Verifications,
        AccountTables.CardDeposits,
        CustomerTables.OneTimeCodes,
        CustomerTables.OneTimeCodeRates,
        PasskeyTables.Passkeys,
        PasskeyTables.UsedChallenges,
        CaseTables.Cases,
        PurposeTables.Choices,
        SealedIdentityTables.Identities,
        ApplicationTables.Applications,
        IdentityImageTables.Images,
        ApplicationTables.Visits,
        ApplicationTables.Rates,
        DepositTables.Rates,
        ConsentTables.Consents,
        AuthorizationTables.SingleUse,
        AuthorizationTables.PushedRequests,
        AuthorizationTables.Interactions,
        AuthorizationTables.Codes,
        SessionTables.Sessions,
        PinResetTables.Resets,
        MobileChangeTables.Changes,
        AuthorizationTables.RefreshTokens,
        AuthorizationTables.SigningKeys,
        AuthorizationTables.PageKeys,
        KeyTables.RotatingKeys,
        WrappingKeyTables.Keys,
        LedgerTables.Exports,
        ProofTables.SeenProofs,
        ProofTables.Epochs,
        WorldTables.Worlds,
        PartnerTables.Partners,
        PartnerTables.Apps,
        PartnerTables.Logos,
        PartnerTables.AppWorlds,
        PartnerTables.InitialAccessTokens,
        WebhookTables.Endpoints,
        WebhookTables.Events,
        WebhookTables.Deliveries,
        IntentTables.Intents,
        SandboxTables.Persons,
        SandboxTables.Cards,
        SandboxTables.Messages,
        SandboxTables.Transfers,
        EngineTables.Idempotency,
        EngineTables.Journal,
        EngineTables.Answers,
        AuditTables.Chain,
        AuditTables.Progress,
        AuditTables.Findings,
        AuditTables.Records,
        AuditTables.Unsealed,
        AuditTables.Seals,
        AuditTables.Heads,
        AuditTables.Keys,
        AuditTables.EventPositions,
        LedgerTables.Entries,
        LedgerTables.InternalAccounts,
        VelocityTables.Counters,
    ];

    private static readonly Dictionary<Table, int> writeOrder = Tables
        .Select((table, position) => (table, position))
        .ToDictionary(pair => pair.table, pair => pair.position);

    /// <exception cref="KeyNotFoundException">The table is missing from the list above.</exception>
    public static int WriteOrderOf(Table table) => writeOrder[table];
}
