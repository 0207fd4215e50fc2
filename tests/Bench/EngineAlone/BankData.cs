using System.Collections.Concurrent;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Tests.Bench.EngineAlone;

/// <summary>One app of one partner, whose settlement every payment credits; customers with funded accounts, wide
/// agreements and coupons of one campaign. Written through the engine, so that the books balance.</summary>
internal sealed class BankData(Ids ids)
{
    private const int AtOnce = 2_000;
    private const long Balance = 100_000_000;
    private const long Budget = 1_000_000_000_000;
    public const long Price = 100;
    private const long Discount = 25;

    private readonly Id<CouponStockRow> stock = ids.New<CouponStockRow>();
    private readonly Id<AppRow> newApp = ids.New<AppRow>();
    private readonly Id<PartnerRow> partner = ids.New<PartnerRow>();

    /// <summary>The same for every node, so that all of them use one budget.</summary>
    private readonly Id<CampaignRow> campaign = new(new Guid(1, 0, 0, new byte[8]));
    private readonly List<AgreementRow> agreements = [];
    private readonly ConcurrentQueue<(AgreementRow Agreement, Id<CouponRow> Coupon)> coupons = [];

    public static World World { get; } = new(1);

    public Id<AppRow> AppId => agreements.Count > 0 ? agreements[0].AppId : newApp;

    public IReadOnlyList<AgreementRow> Agreements => agreements;

    /// <summary>Which coupon is used next, and by whom.</summary>
    public bool TryTakeCoupon(out (AgreementRow Agreement, Id<CouponRow> Coupon) next) =>
        coupons.TryDequeue(out next);

    public async Task WriteAsync(Engine engine, int customers)
    {
        var now = DateTimeOffset.UtcNow;
        await engine.SubmitAsync(new FundCampaign(World, now, campaign, Budget));
        for (var written = 0; written < customers; written += AtOnce)
        {
            var funded = Enumerable
                .Range(0, Math.Min(AtOnce, customers - written))
                .Select(_ => AddFunded.New(ids, World, now, newApp, partner, Balance))
                .ToList();
            await Task.WhenAll(funded.Select(engine.SubmitAsync));
            agreements.AddRange(funded.Select(customer => customer.Agreement));
        }
    }

    /// <summary>Finds the customers that another node has written.</summary>
    public async Task ReadAsync(Store store) =>
        agreements.AddRange(await store.ListAsync(ConsentTables.Agreements, World, $"ORDER BY id"));

    /// <summary>Hands out coupons until there are so many.</summary>
    public async Task HandOutCouponsAsync(Engine engine, int wanted)
    {
        var now = DateTimeOffset.UtcNow;
        while (coupons.Count < wanted)
        {
            var handed = Enumerable.Range(0, AtOnce).Select(_ => NewCoupon(now)).ToList();
            await Task.WhenAll(handed.Select(coupon => engine.SubmitAsync(coupon.Command)));
            foreach (var (agreement, command) in handed)
            {
                coupons.Enqueue((agreement, command.Coupon.Id));
            }
        }
    }

    private (AgreementRow Agreement, AddCoupon Command) NewCoupon(DateTimeOffset now)
    {
        var agreement = agreements[Random.Shared.Next(agreements.Count)];
        var coupon = new CouponRow
        {
            Id = ids.New<CouponRow>(),
            StockId = stock,
            CampaignId = campaign,
            CustomerId = agreement.CustomerId,
            AppId = AppId,
            State = CouponState.Issued,
            Currency = Money.Renminbi,
            Discount = Discount,
            Threshold = Price,
            IssuedAt = now,
            ValidUntil = now.AddYears(1),
        };
        return (agreement, new(World, now, coupon));
    }
}

/// <summary>Blocks a campaign's budget.</summary>
internal sealed record FundCampaign(World World, DateTimeOffset Now, Id<CampaignRow> CampaignId, long Amount)
    : Command<Done>(World, Now)
{
    public override void Keys(IKeySet keys) { }

    public override Decision<Done> Decide(Book book)
    {
        LedgerRules.Post(
            book,
            new(
                PostingKind.CampaignFunding,
                CampaignId.Value,
                null,
                Money.Renminbi,
                Now,
                LedgerRules.CampaignFundingLegs(
                    new(InternalAccountKind.CampaignBudget, CampaignId.Value, Money.Renminbi),
                    Amount
                )
            )
        );
        return Decision.Accept(new Done());
    }
}

/// <summary>Gives a customer a coupon.</summary>
internal sealed record AddCoupon(World World, DateTimeOffset Now, CouponRow Coupon)
    : Command<Done>(World, Now)
{
    public override void Keys(IKeySet keys) { }

    public override Decision<Done> Decide(Book book)
    {
        book.Insert(CouponTables.Coupons, Coupon);
        return Decision.Accept(new Done());
    }
}
