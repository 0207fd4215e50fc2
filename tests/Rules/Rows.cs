using System.Text;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Fees;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Payments;
using OpenBanking.Server.SubMerchants;
using OpenBanking.Server.TopUps;
using OpenBanking.Server.Webhooks;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Tests;

/// <summary>One good row of each kind; tests change what they are about.</summary>
internal static class Rows
{
    public static readonly TimeSpan Shanghai = TimeSpan.FromHours(8);

    public static readonly World World = new(7);

    public static readonly DateTimeOffset Noon = new(2026, 6, 15, 12, 0, 0, Shanghai);

    public static readonly DateOnly Today = new(2026, 6, 15);

    public static readonly byte[] Sealed = [1, 2, 3];

    /// <summary>Those of the server.</summary>
    public static readonly LimitRules Limits = LimitFile.Load(null, Today);

    public static readonly RuleData RuleData = new(Limits);

    public static readonly AppRow App = new()
    {
        Id = Id<AppRow>(1),
        PartnerId = Id<PartnerRow>(1),
        Name = "Video",
        Scene = "video",
        Scope = "payments",
        GrantTypes = Grants.ClientCredentials,
        AuthorizationDetailsTypes = "",
        RedirectUris = "[]",
        Jwks = "{}",
        WebhookEndpoints = 0,
        CreatedAt = Noon,
    };

    /// <summary>0.60 %, at least 0.10 and at most 20.00, given back with refunds.</summary>
    public static readonly FeeRuleRow FeeRule = new()
    {
        Id = Id<FeeRuleRow>(1),
        OwnerId = App.PartnerId.Value,
        Effective = Today,
        BasisPoints = 60,
        Minimum = 10,
        Cap = 20_00,
        Refunded = true,
        CreatedAt = Noon,
    };

    public static readonly SubMerchantRow SubMerchant = new()
    {
        Id = Id<SubMerchantRow>(1),
        PartnerId = App.PartnerId,
        Name = "Noodles",
        State = SubMerchantState.Open,
        CreatedAt = Noon,
    };

    public static readonly CustomerRow Customer = new()
    {
        Id = Id<CustomerRow>(1),
        Profile = Sealed,
        TypeTwoAccounts = 1,
        CreatedAt = Noon,
    };

    /// <summary>Active, with 100.00 on it.</summary>
    public static readonly AccountRow Account = new()
    {
        Id = Id<AccountRow>(1),
        CustomerId = Customer.Id,
        CardId = Id<BoundCardRow>(1),
        Type = AccountType.TypeTwo.Value,
        State = AccountState.Active,
        Number = Sealed,
        LastFour = "0012",
        Currency = Money.Renminbi,
        Available = 100_00,
        Held = 0,
        Entries = 0,
        OutflowDay = Today,
        DayOutflow = 0,
        YearOutflow = 0,
        OpenedAt = Noon,
    };

    public static readonly ConsentRow Consent = new()
    {
        Id = Id<ConsentRow>(1),
        AppId = App.Id,
        CustomerId = Customer.Id,
        AccountId = Account.Id,
        State = ConsentState.Authorized,
        Scope = "payments",
        Details = "[]",
        AgreementId = Id<AgreementRow>(1),
        GrantedAt = Noon,
        ExpiresAt = Noon.AddDays(365),
    };

    /// <summary>At most 50.00 at once, 200.00 a day, 1,000.00 in all.</summary>
    public static readonly AgreementRow Agreement = new()
    {
        Id = Id<AgreementRow>(1),
        ConsentId = Consent.Id,
        AppId = App.Id,
        PartnerId = App.PartnerId,
        CustomerId = Customer.Id,
        AccountId = Account.Id,
        CardId = Account.CardId,
        State = ConsentState.Authorized,
        Currency = Money.Renminbi,
        PerPaymentLimit = 50_00,
        DailyLimit = 200_00,
        TotalLimit = 1_000_00,
        TopUpAllowed = true,
        Day = Today,
        DayPaid = 0,
        DayToppedUp = 0,
        TotalPaid = 0,
        ExpiresAt = Noon.AddDays(365),
    };

    public static readonly CampaignRow Campaign = new()
    {
        Id = Id<CampaignRow>(1),
        Name = "Welcome",
        State = CampaignState.Running,
        Currency = Money.Renminbi,
        Budget = 100 * 5_00,
        StartsAt = Noon,
        EndsAt = Noon.AddDays(100),
    };

    /// <summary>A hundred coupons, 5.00 off 15.00, two a customer, good for thirty days.</summary>
    public static readonly CouponStockRow Stock = new()
    {
        Id = Id<CouponStockRow>(1),
        CampaignId = Campaign.Id,
        NameZh = "满15元减5元",
        NameEn = "5.00 off 15.00",
        Currency = Money.Renminbi,
        Discount = 5_00,
        Threshold = 15_00,
        Quantity = 100,
        Issued = 0,
        PerCustomerLimit = 2,
        ValidDays = 30,
        StartsAt = Campaign.StartsAt,
        EndsAt = Campaign.EndsAt,
    };

    public static readonly CouponRow Coupon = new()
    {
        Id = Id<CouponRow>(1),
        StockId = Stock.Id,
        CampaignId = Campaign.Id,
        CustomerId = Customer.Id,
        AppId = App.Id,
        State = CouponState.Issued,
        Currency = Money.Renminbi,
        Discount = Stock.Discount,
        Threshold = Stock.Threshold,
        IssuedAt = Noon,
        ValidUntil = Noon.AddDays(30),
    };

    /// <summary>20.00, paid by the customer alone.</summary>
    public static readonly PaymentRow Payment = new()
    {
        Id = Id<PaymentRow>(1),
        AppId = App.Id,
        PartnerId = App.PartnerId,
        OrderNo = "order-1",
        AgreementId = Agreement.Id,
        AccountId = Account.Id,
        CustomerId = Customer.Id,
        State = PaymentState.Captured,
        Currency = Money.Renminbi,
        Amount = 20_00,
        Discount = 0,
        Refunded = 0,
        BusinessDate = Today,
        CreatedAt = Noon,
    };

    public static readonly TopUpRow TopUp = new()
    {
        Id = Id<TopUpRow>(1),
        AppId = App.Id,
        AgreementId = Agreement.Id,
        CustomerId = Customer.Id,
        AccountId = Account.Id,
        CardId = Account.CardId,
        State = TopUpState.Processing,
        Currency = Money.Renminbi,
        Amount = 30_00,
        CreatedAt = Noon,
    };
    public static readonly OwnTopUpRow OwnTopUp = new()
    {
        Id = Id<OwnTopUpRow>(1),
        CustomerId = Customer.Id,
        AccountId = Account.Id,
        CardId = Account.CardId,
        State = OwnTopUpState.Processing,
        Currency = Money.Renminbi,
        Amount = 30_00,
        Language = "en",
        CreatedAt = Noon,
    };

    public static readonly IntentRow Intent = new()
    {
        Id = Id<IntentRow>(1),
        Kind = IntentKind.DebitCard,
        State = IntentState.Waiting,
        SubjectId = TopUp.Id.Value,
        Attempts = 0,
        DueAt = Noon,
        CreatedAt = Noon,
    };

    /// <summary>Signed in, on its way to agree.</summary>
    public static readonly InteractionRow Interaction = new()
    {
        Id = Id<InteractionRow>(1),
        AppId = App.Id,
        RequestHash = "request",
        BrowserHash = "browser",
        Mobile = Sealed,
        MobileIndex = "mobile",
        CodeId = Id<OneTimeCodeRow>(1),
        SignedIn = true,
        CustomerId = Customer.Id,
        Completed = false,
        ExpiresAt = Noon.AddMinutes(30),
    };

    public static readonly PushedRequestRow PushedRequest = new()
    {
        Hash = Interaction.RequestHash,
        AppId = App.Id,
        Request = "{}",
        Used = false,
        ExpiresAt = Noon.AddMinutes(5),
    };

    public static readonly OneTimeCodeRow OneTimeCode = new()
    {
        Id = Id<OneTimeCodeRow>(1),
        MobileIndex = "mobile",
        Mac = [4, 5, 6],
        Failures = 0,
        Used = false,
        ExpiresAt = Noon.AddMinutes(5),
    };

    /// <summary>Signed in.</summary>
    public static readonly CustomerSessionRow Session = new()
    {
        Id = Id<CustomerSessionRow>(1),
        State = SessionState.SignedIn,
        BrowserHash = "browser",
        Mobile = Sealed,
        MobileIndex = OneTimeCode.MobileIndex,
        CodeId = OneTimeCode.Id,
        CustomerId = Customer.Id,
        ExpiresAt = Noon + SessionRules.Lifetime,
    };

    public static readonly AuthorizationCodeRow Code = new()
    {
        Hash = "code",
        AppId = App.Id,
        ConsentId = Consent.Id,
        RedirectUri = "https://partner.example/callback",
        CodeChallenge = "challenge",
        Used = false,
        ExpiresAt = Noon.AddSeconds(45),
    };

    public static readonly SingleUseRow Assertion = new()
    {
        Kind = SingleUseKind.ClientAssertion,
        Hash = "assertion",
        ExpiresAt = Noon.AddMinutes(5),
    };

    public static readonly WebhookEndpointRow Endpoint = new()
    {
        Id = Id<WebhookEndpointRow>(1),
        AppId = App.Id,
        Url = "https://partner.example/events",
        Events = "",
        Secret = Sealed,
        State = WebhookEndpointState.Enabled,
        CreatedAt = Noon,
    };

    public static InternalAccountKey Settlement { get; } =
        new(InternalAccountKind.PartnerSettlement, App.PartnerId.Value, Money.Renminbi);

    public static InternalAccountKey FeeIncome { get; } =
        new(InternalAccountKind.FeeIncome, App.PartnerId.Value, Money.Renminbi);

    public static InternalAccountKey Budget { get; } =
        new(InternalAccountKind.CampaignBudget, Campaign.Id.Value, Money.Renminbi);

    public static InternalAccountKey MarketingFund { get; } =
        new(InternalAccountKind.MarketingFund, Guid.Empty, Money.Renminbi);

    public static InternalAccountKey CardClearing { get; } =
        new(InternalAccountKind.CardClearing, Guid.Empty, Money.Renminbi);

    /// <summary>Ids of different things differ, as they do outside tests.</summary>
    public static Id<T> Id<T>(int number)
        where T : IIdentified => new(new Guid(number, 0, 0, Encoding.ASCII.GetBytes(T.IdPrefix.PadRight(8))));

    /// <summary>What one of the bank's own accounts holds.</summary>
    public static InternalAccountRow Holds(InternalAccountKey account, long balance) =>
        new()
        {
            Kind = account.Kind,
            OwnerId = account.OwnerId,
            Currency = account.Currency,
            EntryAccountId = account.EntryAccountId(),
            Balance = balance,
        };
}
