using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Payouts;
using OpenBanking.Server.Refunds;
using OpenBanking.Server.Storage;
using OpenBanking.Server.SubMerchants;
using OpenBanking.Server.TopUps;
using OpenBanking.Server.Withdrawals;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Audit;

/// <summary>Names what a violation is about by the ids that everything else goes by. A rule's rows may be of several kinds, and
/// only the store knows of which one is.</summary>
public sealed class SubjectNames(Store store)
{
    private static readonly (string Table, Func<Guid, string> Name)[] kinds =
    [
        (AccountTables.Accounts.Name, Named<AccountRow>),
        (PaymentTables.Payments.Name, Named<PaymentRow>),
        (RefundTables.Refunds.Name, Named<RefundRow>),
        (TopUpTables.TopUps.Name, Named<TopUpRow>),
        (OwnTopUpTables.TopUps.Name, Named<OwnTopUpRow>),
        (WithdrawalTables.Withdrawals.Name, Named<WithdrawalRow>),
        (PayoutTables.Payouts.Name, Named<PayoutRow>),
        (CouponTables.Coupons.Name, Named<CouponRow>),
        (CouponTables.Stocks.Name, Named<CouponStockRow>),
        (CouponTables.Campaigns.Name, Named<CampaignRow>),
        (CustomerTables.Customers.Name, Named<CustomerRow>),
        (ConsentTables.Agreements.Name, Named<AgreementRow>),
        (AuditTables.Records.Name, Named<JournalRow>),
    ];

    /// <summary>Such as <c>pay_… of acct_…</c>.</summary>
    public async Task<string> TellAsync(World world, Violation violation)
    {
        if (violation.Rule == AuditorPass.ChainRule)
        {
            return $"from position {violation.Measure} of the chain on";
        }

        if (violation.Subject == violation.Account)
        {
            return Named<AccountRow>(violation.Subject);
        }

        var subject =
            await RowAsync(world, violation.Subject)
            ?? await OwnAccountAsync(world, violation.Subject)
            ?? $"row {violation.Subject}";
        return violation.Account is { } account ? $"{subject} of {Named<AccountRow>(account)}" : subject;
    }

    public Task<string> TellAsync(World world, FindingRow finding) =>
        TellAsync(world, new Violation(finding.Rule, finding.SubjectId, finding.AccountId, finding.Measure));

    private async Task<string?> RowAsync(World world, Guid id)
    {
        var sql = new Sql(0, kinds.Length);
        for (var kind = 0; kind < kinds.Length; kind++)
        {
            sql.AppendLiteral(kind == 0 ? "" : " UNION ALL ");
            sql.AppendLiteral($"SELECT {kind} FROM {kinds[kind].Table} WHERE world = ?1 AND id = ");
            sql.AppendFormatted(id);
        }

        var found = await store.QueryAsync(world, sql, row => row.Int64()!.Value);
        return found is [var first, ..] ? kinds[first].Name(id) : null;
    }

    /// <summary>One of the bank's own accounts: they have no ids but names.</summary>
    private async Task<string?> OwnAccountAsync(World world, Guid entryAccountId)
    {
        var found = await store.QueryAsync(
            world,
            $"SELECT kind, owner_id FROM internal_account WHERE world = ?1 AND entry_account_id = {entryAccountId}",
            row => (Kind: (InternalAccountKind)row.Int64()!.Value, Owner: row.Uuid()!.Value)
        );
        return found is [var (kind, owner), ..] ? $"the bank's {kind}{OfOwner(kind, owner)}" : null;
    }

    private static string OfOwner(InternalAccountKind kind, Guid owner) =>
        kind switch
        {
            InternalAccountKind.CampaignBudget => $" of {Named<CampaignRow>(owner)}",
            InternalAccountKind.Suspense => $" of {Named<AccountRow>(owner)}",
            InternalAccountKind.SubMerchantSettlement => $" of {Named<SubMerchantRow>(owner)}",
            InternalAccountKind.PartnerSettlement
            or InternalAccountKind.PaymentHolds
            or InternalAccountKind.FeeIncome => $" of {Named<PartnerRow>(owner)}",
            _ => "",
        };

    private static string Named<T>(Guid id)
        where T : IIdentified => $"{new Id<T>(id)}";
}
