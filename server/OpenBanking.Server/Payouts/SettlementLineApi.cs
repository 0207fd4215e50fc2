using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.SubMerchants;

namespace OpenBanking.Server.Payouts;

/// <summary>GET /v1/settlement/transactions</summary>
public static class SettlementLineApi
{
    private const string SubMerchant = "sub_merchant_id";
    private const string From = "from";
    private const string Through = "through";

    public static void MapSettlementLines(this IEndpointRouteBuilder api) =>
        api.MapGet("/settlement/transactions", ListAsync)
            .Needs(TokenRequirement.App(Scopes.Settlement))
            .WithName("listSettlementTransactions")
            .WithTags("Payouts")
            .WithSummary(
                "What moved on the settlement account of this partner or one of its merchants, the oldest first"
            )
            .WithDescription(
                "Each line is a payment or capture, a refund, a fee taken or given back, or a payout. Those of the business days "
                    + "that a payout settles add up to its amounts. To a day that is not over others may still come, also "
                    + "between those that were read."
            )
            .Takes(
                new(
                    SubMerchant,
                    "The merchant whose settlement account it is, sub_…; the partner's own when absent.",
                    "sub_06fw9z4mtd7n3q8k1xv5c2hbrs"
                ),
                new(
                    From,
                    "The first business day (Asia/Shanghai); from the first there was when absent.",
                    "2026-11-27",
                    "date"
                ),
                new(
                    Through,
                    "The last business day (Asia/Shanghai); through today when absent.",
                    "2026-11-27",
                    "date"
                )
            )
            .Produces<Page<SettlementTransaction>>();

    private static async Task<IResult> ListAsync(
        Caller caller,
        PageRequest page,
        SubMerchantQueries merchants,
        SettlementLineQueries queries
    )
    {
        var merchant = await FindMerchantAsync(caller, page, merchants);
        var refused = Wire.Refuse(
            merchant is null && page.Find(SubMerchant) is not null
                ? Wire.NotKnown(SubMerchant, "merchant")
                : null,
            Wire.CheckDay(From, page.Find(From), out var from),
            Wire.CheckDay(Through, page.Find(Through), out var through)
                ?? (
                    through < from
                        ? Wire.Wrong(Through, "out_of_range", "A day that is not before from is expected.")
                        : null
                )
        );
        if (refused is not null)
        {
            return refused;
        }

        LinePlace? after = null;
        if (page.After is { } cursor)
        {
            if (!LinePlace.TryParse(cursor, out var place))
            {
                return PageRequest.WrongCursor();
            }

            after = place;
        }

        var account = new PayoutOwner(caller.App.PartnerId, merchant?.Id, Money.Renminbi).Settlement;
        var lines = await queries.ListAsync(caller.World, account, from, through, after, page.Limit + 1);
        var sources = await queries.FindSourcesAsync(caller.World, [.. lines.Take(page.Limit)]);
        var accountId = account.EntryAccountId();
        return Answers.Ok(
            page.PageOf(lines, line => Show(line, accountId, sources, caller), line => line.Place.ToString())
        );
    }

    /// <summary>The merchant that is named, if it is one of the partner's.</summary>
    private static async ValueTask<SubMerchantRow?> FindMerchantAsync(
        Caller caller,
        PageRequest page,
        SubMerchantQueries merchants
    ) =>
        caller.TryRead<SubMerchantRow>(page.Find(SubMerchant), out var id)
            ? await merchants.FindAsync(caller, id)
            : null;

    private static SettlementTransaction Show(
        SettlementLine line,
        Guid accountId,
        SettlementSources sources,
        Caller caller
    )
    {
        var payment = sources.PaymentOf(line);
        return new()
        {
            Id = caller.ShowEntry(accountId, line.Sequence, line.PostingId),
            Kind = KindOf(line.Kind),
            Amount = new(line.Currency, line.Amount),
            PaymentId = payment is null ? null : caller.Show(payment.Id),
            RefundId = sources.RefundOf(line) is { } refund ? caller.Show(refund.Id) : null,
            PayoutId =
                line.Kind == PostingKind.Payout ? caller.Show(new Id<PayoutRow>(line.PostingId)) : null,
            OrderNo = payment?.OrderNo,
            BusinessDate = line.BusinessDate,
            CreatedAt = line.CreatedAt,
        };
    }

    private static SettlementTransactionKind KindOf(PostingKind kind) =>
        kind switch
        {
            PostingKind.Payment => SettlementTransactionKind.Payment,
            PostingKind.Refund => SettlementTransactionKind.Refund,
            PostingKind.Fee => SettlementTransactionKind.Fee,
            PostingKind.Payout => SettlementTransactionKind.Payout,
            _ => throw new InvalidOperationException($"A settlement account has no {kind}."),
        };
}
