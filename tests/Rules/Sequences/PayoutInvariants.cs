using OpenBanking.Server.Ledger;
using OpenBanking.Server.Payouts;

namespace OpenBanking.Tests.Rules.Sequences;

/// <summary>What must hold of payouts.</summary>
internal static class PayoutInvariants
{
    public static void Hold(MemoryBank bank, IReadOnlyList<EntryRow> entries)
    {
        var payouts = bank.All(PayoutTables.Payouts).ToList();
        Must.All(payouts, payout => WhatWasNotRefusedLeft(payout, entries));
        Must.All(
            bank.All(PayoutTables.Progress),
            progress => WhatIsCarriedAndWhatCameSinceIsThere(progress, payouts, bank, entries)
        );
    }

    private static void WhatWasNotRefusedLeft(PayoutRow payout, IReadOnlyList<EntryRow> entries)
    {
        Must.BeInRange(payout.Amount, 1, long.MaxValue);
        Must.Be(payout.State == PayoutState.Failed, payout.DeclineCode is not null);
        Must.Be(
            payout.State == PayoutState.Failed ? 0 : -payout.Amount,
            entries
                .Where(entry => entry.PostingId == payout.Id.Value && entry.AccountId == SettlementOf(payout))
                .Sum(entry => entry.Amount)
        );
    }

    private static void WhatIsCarriedAndWhatCameSinceIsThere(
        PayoutProgressRow progress,
        IReadOnlyList<PayoutRow> payouts,
        MemoryBank bank,
        IReadOnlyList<EntryRow> entries
    )
    {
        var own = payouts.Where(payout => OwnerOf(payout) == progress.OwnerId).ToList();
        Must.Be(
            progress.OpenPayoutId,
            own.SingleOrDefault(payout => payout.State == PayoutState.Processing)?.Id
        );
        var account = bank.All(LedgerTables.InternalAccounts)
            .SingleOrDefault(account =>
                account.OwnerId == progress.OwnerId
                && account.Kind
                    is InternalAccountKind.PartnerSettlement
                        or InternalAccountKind.SubMerchantSettlement
            );
        Must.Be(
            account?.Balance ?? 0,
            progress.Carried
                + entries
                    .Where(entry => entry.AccountId == account?.EntryAccountId)
                    .Where(entry => entry.Kind != PostingKind.Payout && entry.BusinessDate > progress.Through)
                    .Sum(entry => entry.Amount)
        );
    }

    private static Guid OwnerOf(PayoutRow payout) => payout.SubMerchantId?.Value ?? payout.PartnerId.Value;

    private static Guid SettlementOf(PayoutRow payout) =>
        new PayoutOwner(payout.PartnerId, payout.SubMerchantId, payout.Currency).Settlement.EntryAccountId();
}
