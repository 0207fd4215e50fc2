using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Payouts;

namespace OpenBanking.Tests.Rules.Sequences;

/// <summary>Payouts, played on both.</summary>
internal sealed partial class Stage
{
    private readonly List<(PayoutRow Row, Id<IntentRow> IntentId)> payouts = [];

    private void Play(Step.Settle step, DateTimeOffset at)
    {
        var (app, number) = ((step.Owner % 2) + 1, step.Owner / 2 % 3);
        var owner = new PayoutOwner(
            Rows.Id<PartnerRow>(app),
            number == 0 ? null : Scene.MerchantOf(app, number),
            Money.Renminbi
        );
        var through = Model.DayOf(at - PayoutRuns.Grace).AddDays(-1);
        var before = bank.Find(PayoutTables.Progress, new(owner.Id))?.Through;
        var late = step.Late && before is not null;
        var intentId = scene.New<IntentRow>();
        var begun = Run(
            new SettleDays(
                Rows.World,
                at,
                scene.New<PayoutRow>(),
                intentId,
                owner,
                AddUp(owner, late ? null : before, through),
                Scene.Start
            )
            {
                Apps = [Rows.Id<AppRow>(app)],
            },
            model.Settle(app, number, through, late)
        );
        if (begun is not null)
        {
            payouts.Add((begun, intentId));
        }
    }

    private void Play(Step.Transfer step, DateTimeOffset at)
    {
        var i = step.Which % payouts.Count;
        var (row, intentId) = payouts[i];
        Run(
            new CompletePayout(
                Rows.World,
                at,
                intentId,
                row,
                step.Succeeds ? null : PayoutDeclineCodes.PayeeAccountClosed
            )
            {
                Apps = [Rows.Id<AppRow>(model.Payouts[i].App)],
            },
            Model.Transfer(model.Payouts[i], step.Succeeds)
        );
    }

    /// <summary>As a node adds up the entries of some days.</summary>
    private SettledDays AddUp(PayoutOwner owner, DateOnly? after, DateOnly through)
    {
        var account = owner.Settlement.EntryAccountId();
        var lines = bank.All(LedgerTables.Entries)
            .Where(entry => entry.AccountId == account)
            .Where(entry => !(entry.BusinessDate <= after) && entry.BusinessDate <= through)
            .ToLookup(entry => entry.Kind, entry => entry.Amount);
        return new(
            after,
            through,
            lines[PostingKind.Payment].Sum(),
            -lines[PostingKind.Refund].Sum(),
            -lines[PostingKind.Fee].Sum()
        );
    }
}
