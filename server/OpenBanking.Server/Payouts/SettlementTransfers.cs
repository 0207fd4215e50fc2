using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Storage;
using OpenBanking.Server.SubMerchants;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Payouts;

/// <summary>Has the bank transfer a payout.</summary>
public sealed class SettlementTransfers(
    Store store,
    Engine.Engine engine,
    PayoutQueries queries,
    WorldClocks clocks,
    ISettlementRail rail
) : IIntentHandler
{
    public IntentKind Kind => IntentKind.PayOut;

    public async Task HandleAsync(
        Reference reference,
        IntentRow intent,
        bool mayBeKnown,
        CancellationToken cancellationToken
    )
    {
        var world = reference.World;
        var payout = (
            await store.FindAsync(PayoutTables.Payouts, world, new Id<PayoutRow>(intent.SubjectId))
        )!;
        var answer =
            (mayBeKnown ? await rail.FindAsync(reference, cancellationToken) : null)
            ?? await rail.PayAsync(
                reference,
                await PayeeOfAsync(world, payout),
                new(payout.Currency, payout.Amount),
                cancellationToken
            );
        CrashPoints.Pass(CrashPoint.OutsideAnswered);
        await engine.SubmitAsync(
            new CompletePayout(world, await clocks.NowAsync(world), reference.Id, payout, answer.FailureCode)
            {
                Apps = await queries.ListAppsAsync(world, payout.PartnerId),
            }
        );
    }

    /// <summary>Books what a person was told of a payout that has no answer; gives what became of it.</summary>
    public async Task<PayoutState> ResolveAsync(Reference reference, Id<PayoutRow> id, bool done)
    {
        var payout = (await store.FindAsync(PayoutTables.Payouts, reference.World, id))!;
        var decision = await engine.SubmitAsync(
            new ResolvePayout(
                reference.World,
                await clocks.NowAsync(reference.World),
                reference.Id,
                payout,
                done ? null : PayoutDeclineCodes.TransferRefused
            )
            {
                Apps = await queries.ListAppsAsync(reference.World, payout.PartnerId),
            }
        );
        return ((Accepted<PayoutRow>)decision).Reply.State;
    }

    private async Task<SettlementPayee> PayeeOfAsync(World world, PayoutRow payout)
    {
        var name = payout.SubMerchantId is { } merchant
            ? (await store.FindAsync(SubMerchantTables.SubMerchants, world, merchant))!.Name
            : (await store.FindAsync(PartnerTables.Partners, world, payout.PartnerId))!.Name;
        return new($"{payout.PartnerId}", payout.SubMerchantId?.ToString(), name);
    }
}
