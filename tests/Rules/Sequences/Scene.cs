using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Fees;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Payments;
using OpenBanking.Server.SubMerchants;
using OpenBanking.Server.TopUps;

namespace OpenBanking.Tests.Rules.Sequences;

/// <summary>What there is before the first step, in the bank and in the model: three customers, each with an agreement
/// at two apps, and a campaign with two stocks.</summary>
internal sealed class Scene
{
    /// <summary>What is asked for is what a customer confirms without a code: the rules of codes are tested by
    /// themselves.</summary>
    public const long MostConfirmed = 1_000_00;

    public static readonly DateTimeOffset Start = new(2026, 12, 28, 10, 0, 0, Rows.Shanghai);
    private static readonly DateOnly firstDay = Model.DayOf(Start);

    /// <summary>The first partner's fee becomes another one at new year, the second partner's is kept when it gives back.
    /// </summary>
    private static readonly FeeRuleRow[] feeRules =
    [
        Rows.FeeRule with
        {
            Effective = firstDay,
        },
        Rows.FeeRule with
        {
            Id = Rows.Id<FeeRuleRow>(2),
            Effective = new(2027, 1, 1),
            BasisPoints = 2_50,
            Minimum = 0,
            Cap = null,
        },
        Rows.FeeRule with
        {
            Id = Rows.Id<FeeRuleRow>(3),
            OwnerId = Rows.Id<PartnerRow>(2).Value,
            Effective = firstDay,
            Refunded = false,
        },
    ];

    /// <summary>Where the first customer spent most of the year's limit.</summary>
    private const int EarlierApp = 3;
    private int made;

    public Scene()
    {
        Bank.Put(FeeTables.Rules, feeRules);
        Bank.Put(
            SubMerchantTables.SubMerchants,
            from app in (int[])[1, 2]
            from number in (int[])[1, 2]
            select Rows.SubMerchant with
            {
                Id = MerchantOf(app, number),
                PartnerId = Rows.Id<PartnerRow>(app),
            }
        );
        Bank.Put(
            PartnerTables.Apps,
            Enumerable
                .Range(1, 2)
                .Select(app =>
                    Rows.App with
                    {
                        Id = Rows.Id<AppRow>(app),
                        PartnerId = Rows.Id<PartnerRow>(app),
                    }
                )
        );
        AddAccount(balance: 20_000_00, spentThisYear: 195_000_00);
        AddAccount(balance: 5_000_00, spentThisYear: 0);
        AddAccount(balance: 50_00, spentThisYear: 0);
        AddCampaign(
            Stock(
                1,
                discount: 5_00,
                threshold: 15_00,
                quantity: 4,
                perCustomer: 2,
                validDays: 30,
                openDays: 60
            ),
            Stock(2, discount: 30_00, threshold: 0, quantity: 3, perCustomer: 3, validDays: 1, openDays: 10)
        );
    }

    public static Id<PartnerRow> EarlierPartner { get; } = Rows.Id<PartnerRow>(EarlierApp);

    public MemoryBank Bank { get; } = new();

    public Model Model { get; } = new();

    public List<AccountRow> Accounts { get; } = [];

    public List<AgreementRow> Agreements { get; } = [];

    public List<CouponStockRow> Stocks { get; } = [];

    /// <summary>Every customer's PIN, hashed.</summary>
    public static byte[] Pin { get; } = [1, 3, 5];

    public static string IdNumberIndexOf(Id<CustomerRow> customer) => $"identity {customer}";

    /// <summary>What an app's payments cost that are made now.</summary>
    public static FeeRuleRow FeeRuleOf(int app, DateTimeOffset now) =>
        app == 2 ? feeRules[2]
        : Model.DayOf(now) < feeRules[1].Effective ? feeRules[0]
        : feeRules[1];

    /// <summary>How an app splits a price: a quarter of them go whole to the partner, a quarter to one merchant, the others
    /// to several.</summary>
    public static IReadOnlyList<(int Owner, long Amount)> SharesOf(int app, long price) =>
        (price % 4) switch
        {
            1 => [(1, price)],
            2 => [(app, price / 3 + 1), (0, price - (price / 3) - 1)],
            3 when price > 6 => [(1, 1), (2, price / 2), (0, price - (price / 2) - 1)],
            _ => [(0, price)],
        };

    /// <summary>The same for a command; null for what goes whole to the partner.</summary>
    public static IReadOnlyList<PaymentShare>? SplitsOf(int app, long price) =>
        SharesOf(app, price) is [(0, _)]
            ? null
            :
            [
                .. SharesOf(app, price)
                    .Select(share => new PaymentShare(
                        share.Owner == 0 ? null : MerchantOf(app, share.Owner),
                        share.Amount
                    )),
            ];

    public static Id<SubMerchantRow> MerchantOf(int app, int number) =>
        Rows.Id<SubMerchantRow>((app * 10) + number);

    /// <summary>Ids that are the same in every play.</summary>
    public Id<T> New<T>()
        where T : IIdentified => Rows.Id<T>(++made);

    private void AddAccount(long balance, long spentThisYear)
    {
        var number = Accounts.Count + 1;
        var row = Rows.Account with
        {
            Id = Rows.Id<AccountRow>(number),
            CustomerId = Rows.Id<CustomerRow>(number),
            Available = 0,
            IdleSince = Start,
            OutflowDay = firstDay,
            YearOutflow = spentThisYear,
        };
        Bank.Put(AccountTables.Accounts, row)
            .Put(
                CustomerTables.Customers,
                Rows.Customer with
                {
                    Id = row.CustomerId,
                    PinHash = Pin,
                    PinSalt = Pin,
                }
            )
            .Put(
                CustomerTables.Identities,
                new CustomerIdentityRow
                {
                    IdNumberIndex = IdNumberIndexOf(row.CustomerId),
                    CustomerId = row.CustomerId,
                }
            );
        Accounts.Add(row);
        var topUp = new TopUpRow
        {
            Id = New<TopUpRow>(),
            AppId = Rows.Id<AppRow>(1),
            AgreementId = Rows.Id<AgreementRow>(Agreements.Count + 1),
            CustomerId = row.CustomerId,
            AccountId = row.Id,
            CardId = row.CardId,
            State = TopUpState.Succeeded,
            Currency = row.Currency,
            Amount = balance + spentThisYear,
            CreatedAt = Start,
            // Nobody was told of it.
            Version = 0,
        };
        Bank.Put(TopUpTables.TopUps, topUp);
        Post(
            PostingKind.TopUp,
            topUp.Id.Value,
            LedgerRules.TopUpLegs(row.Id, topUp.Amount, row.Currency),
            Start
        );
        if (spentThisYear > 0)
        {
            SpendEarlier(row, spentThisYear);
        }

        var account = new ModelAccount(firstDay);
        account.Move(balance, Start);
        account.Outflow.CountEarlierInYear(firstDay.Year, spentThisYear);
        Model.Accounts.Add(account);
        AddAgreement(app: 1, 15_000_00, 20_000_00, null, 60_000_00, topUpAllowed: true);
        AddAgreement(app: 2, 50_00, 60_00, 70_00, 80_00, topUpAllowed: number < 3);
    }

    private void SpendEarlier(AccountRow account, long amount)
    {
        var earlier = Start.AddDays(-200);
        var payment = Rows.Payment with
        {
            Id = New<PaymentRow>(),
            AppId = Rows.Id<AppRow>(EarlierApp),
            PartnerId = Rows.Id<PartnerRow>(EarlierApp),
            AgreementId = Rows.Id<AgreementRow>(EarlierApp * 100),
            AccountId = account.Id,
            CustomerId = account.CustomerId,
            Amount = amount,
            BusinessDate = Model.DayOf(earlier),
            CreatedAt = earlier,
        };
        Bank.Put(PaymentTables.Payments, payment)
            .Put(
                PaymentTables.Orders,
                new OrderRow
                {
                    AppId = payment.AppId,
                    OrderNo = payment.OrderNo,
                    Attempts = 1,
                    LastPaymentId = payment.Id,
                    Paid = true,
                }
            )
            .Put(
                ConsentTables.Agreements,
                Rows.Agreement with
                {
                    Id = payment.AgreementId,
                    ConsentId = Rows.Id<ConsentRow>(EarlierApp * 100),
                    AppId = payment.AppId,
                    PartnerId = payment.PartnerId,
                    CustomerId = payment.CustomerId,
                    AccountId = payment.AccountId,
                    Day = payment.BusinessDate,
                    DayPaid = amount,
                    TotalPaid = amount,
                }
            );
        Post(
            PostingKind.Payment,
            payment.Id.Value,
            LedgerRules.PaymentLegs(
                account.Id,
                amount,
                null,
                0,
                new Leg.Internal(PaymentRules.SettlementOf(payment), amount)
            ),
            earlier,
            book => PaymentRules.Emit(book, EventTypes.PaymentCaptured, payment)
        );
    }

    /// <summary>Adds an agreement of the newest account.</summary>
    private void AddAgreement(
        int app,
        long perPayment,
        long daily,
        long? monthly,
        long total,
        bool topUpAllowed
    )
    {
        var account = Accounts[^1];
        var number = Agreements.Count + 1;
        var row = Rows.Agreement with
        {
            Id = Rows.Id<AgreementRow>(number),
            ConsentId = Rows.Id<ConsentRow>(number),
            AppId = Rows.Id<AppRow>(app),
            PartnerId = Rows.Id<PartnerRow>(app),
            CustomerId = account.CustomerId,
            AccountId = account.Id,
            PerPaymentLimit = perPayment,
            DailyLimit = daily,
            MonthlyLimit = monthly,
            TotalLimit = total,
            TopUpAllowed = topUpAllowed,
            Day = firstDay,
            ExpiresAt = Start.AddDays(365),
        };
        Bank.Put(ConsentTables.Agreements, row)
            .Put(
                ConsentTables.Consents,
                Rows.Consent with
                {
                    Id = row.ConsentId,
                    AppId = row.AppId,
                    CustomerId = row.CustomerId,
                    AccountId = row.AccountId,
                    AgreementId = row.Id,
                    ExpiresAt = row.ExpiresAt,
                }
            );
        Agreements.Add(row);
        Model.Agreements.Add(
            new(Model.Accounts[^1], app, firstDay)
            {
                PerPayment = perPayment,
                Daily = daily,
                Monthly = monthly,
                Total = total,
                TopUpAllowed = topUpAllowed,
                ExpiresAt = row.ExpiresAt,
            }
        );
    }

    private static CouponStockRow Stock(
        int number,
        long discount,
        long threshold,
        int quantity,
        int perCustomer,
        int validDays,
        int openDays
    ) =>
        Rows.Stock with
        {
            Id = Rows.Id<CouponStockRow>(number),
            Discount = discount,
            Threshold = threshold,
            Quantity = quantity,
            PerCustomerLimit = perCustomer,
            ValidDays = validDays,
            StartsAt = Start,
            EndsAt = Start.AddDays(openDays),
        };

    private void AddCampaign(params CouponStockRow[] rows)
    {
        var budget = rows.Sum(stock => stock.Quantity * stock.Discount);
        Bank.Put(CouponTables.Campaigns, Rows.Campaign with { Budget = budget })
            .Put(CouponTables.Stocks, rows);
        Post(
            PostingKind.CampaignFunding,
            Rows.Campaign.Id.Value,
            LedgerRules.CampaignFundingLegs(Rows.Budget, budget),
            Start
        );
        Stocks.AddRange(rows);
        Model.Stocks.AddRange(
            rows.Select(stock => new ModelStock(
                stock.Discount,
                stock.Threshold,
                (int)stock.Quantity,
                stock.PerCustomerLimit,
                stock.ValidDays,
                stock.StartsAt,
                stock.EndsAt
            ))
        );
    }

    private void Post(
        PostingKind kind,
        Guid id,
        IReadOnlyList<Leg> legs,
        DateTimeOffset at,
        Action<Book>? more = null
    )
    {
        var book = Bank.Open(keys =>
        {
            foreach (var leg in legs.OfType<Leg.Customer>())
            {
                keys.Want(AccountTables.Accounts, leg.AccountId);
            }
        });
        LedgerRules.Post(book, new(kind, id, AppId: null, Money.Renminbi, at, legs));
        more?.Invoke(book);
        Bank.Save(book);
    }
}
