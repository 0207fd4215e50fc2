namespace OpenBanking.Samples.VideoMembership;

/// <summary>What the page tells its user, in both languages. The bank's codes and sentences are for programs and staff: they
/// are logged, and choose a notice.</summary>
public sealed record Notice(string English, string Chinese);

/// <summary>All notices, by the names they have in addresses: what an address says is never shown itself.</summary>
public static class Notices
{
    public const string AskBank = "ask_bank";
    public const string BalanceLow = "balance_low";
    public const string BankAway = "bank_away";
    public const string CardRefused = "card_refused";
    public const string Declined = "declined";
    public const string DeclinedForGood = "declined_for_good";
    public const string GivenBack = "given_back";
    public const string GivenBackWithVoucher = "given_back_with_voucher";
    public const string LimitReached = "limit_reached";
    public const string LinkAgain = "link_again";
    public const string LinkFirst = "link_first";
    public const string NoVoucher = "no_voucher";
    public const string NotLinked = "not_linked";
    public const string NotPaid = "not_paid";
    public const string NotYours = "not_yours";
    public const string NothingToGiveBack = "nothing_to_give_back";
    public const string Refused = "refused";
    public const string TopUpRunning = "top_up_running";
    public const string Unknown = "unknown";
    public const string Unlinked = "unlinked";

    private static readonly Dictionary<string, Notice> all = new()
    {
        [AskBank] = new(
            "Nothing was moved: your account cannot be used now. The bank's own pages say why.",
            "未发生扣款：您的账户目前无法使用，请到银行页面查看原因。"
        ),
        [BalanceLow] = new("Your balance is too low: top up first.", "余额不足，请先充值。"),
        [BankAway] = new(
            "The bank cannot be reached right now. Try again in a minute.",
            "暂时无法连接银行，请稍后再试。"
        ),
        [CardRefused] = new(
            "Your card's bank refused: nothing was moved. Is there enough on the card?",
            "发卡银行未同意，未发生转账。请确认卡内余额是否充足。"
        ),
        [Declined] = new(
            "The bank did not take this payment, and nothing was paid. You can pay once, confirmed at the bank.",
            "银行未受理此次付款，未扣款。您可以改为到银行页面确认支付。"
        ),
        [DeclinedForGood] = new(
            "The bank declined this payment, and nothing was paid. The bank can tell you more.",
            "银行拒绝了此次付款，未扣款。详情请联系银行。"
        ),
        [GivenBack] = new("Your money is back.", "款项已退回。"),
        [GivenBackWithVoucher] = new("Your money and your voucher are back.", "款项和优惠券已退回。"),
        [LimitReached] = new(
            "A limit is reached, and nothing was moved. The bank's own pages show your limits.",
            "已达到限额，未发生扣款。您可以在银行页面查看限额。"
        ),
        [LinkAgain] = new(
            "The bank no longer lets us use your account. Link it again to go on.",
            "银行授权已失效，请重新关联账户后继续。"
        ),
        [LinkFirst] = new("Link an account first.", "请先关联账户。"),
        [NoVoucher] = new("There is no voucher for you now.", "目前没有您可以领取的优惠券。"),
        [NotLinked] = new("Your account was not linked. Nothing has changed.", "账户未关联，没有任何变更。"),
        [NotPaid] = new("Nothing was paid.", "未付款。"),
        [NotYours] = new("This order is not yours.", "这不是您的订单。"),
        [NothingToGiveBack] = new("There is nothing to give back.", "没有可以退款的订单。"),
        [Refused] = new(
            "The bank refused, and nothing was moved. We are looking into it.",
            "银行拒绝了此次请求，未发生扣款。我们正在查看原因。"
        ),
        [TopUpRunning] = new("The money is on its way: look again in a minute.", "充值处理中，请稍后查看。"),
        [Unknown] = new(
            "The bank's answer did not arrive. Press the button again: it is never done twice.",
            "未收到银行的答复。请再按一次，不会重复办理。"
        ),
        [Unlinked] = new(
            "Your account is out of this app: nothing is charged to it any more.",
            "已解除账户关联，不会再从该账户扣款。"
        ),
    };

    /// <summary>The notice of this name; null for any other text.</summary>
    public static Notice? Find(string? name) => name is null ? null : all.GetValueOrDefault(name);

    /// <summary>What to tell after the SDK threw; logs why.</summary>
    public static string Of(OpenBankingException failure, ILogger logger)
    {
        logger.LogWarning("The bank: {Code}, {Message}", failure.Code, failure.Message);
        return failure switch
        {
            OutcomeUnknownException => Unknown,
            AccountLinkException => NotLinked,
            { Code: ClientErrorCodes.CustomerNotLinked } => LinkAgain,
            { Code: ProblemCodes.AgreementNotActive or ProblemCodes.ConsentNotActive } => LinkAgain,
            { Code: ProblemCodes.CustomerNotLinked } => LinkAgain,
            { Code: ProblemCodes.CouponStockSoldOut or ProblemCodes.CouponStockNotOpen } => NoVoucher,
            { Code: ProblemCodes.CouponLimitReached } => NoVoucher,
            // The shop's own account at the bank does not cover it: its staff see that in the log, and its user can do nothing.
            { Code: ProblemCodes.InsufficientPartnerBalance } => Refused,
            { Retryable: true } => BankAway,
            _ => Refused,
        };
    }

    /// <summary>What to tell of a payment or a top-up that failed. A code that a newer bank knows is a decline like
    /// others.</summary>
    public static string OfDecline(string? code) =>
        code switch
        {
            DeclineCodes.InsufficientFunds => BalanceLow,
            DeclineCodes.CardInsufficientFunds or DeclineCodes.CardRefused => CardRefused,
            DeclineCodes.AccountNotActive
            or DeclineCodes.AccountFrozen
            or DeclineCodes.AccountDormant
            or DeclineCodes.AccountClosed => AskBank,
            _ when code?.EndsWith("_limit_exceeded", StringComparison.Ordinal) == true => LimitReached,
            DeclineCodes.RiskDeclined => DeclinedForGood,
            _ => Declined,
        };
}
