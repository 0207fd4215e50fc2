using System.Collections.Concurrent;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Confirmations;
using OpenBanking.Server.Payouts;

namespace OpenBanking.Tests.Rules.Sequences;

public class CommandSequenceProperties(ITestOutputHelper output)
{
    /// <summary><c>SEQUENCES</c> takes another number: the long form.</summary>
    private static readonly int count = Properties.CountFrom("SEQUENCES", 10_000);

    /// <summary>What the sequences must come to often enough for the property to say something about it.</summary>
    private static readonly string[] outcomes =
    [
        ProblemCodes.AgreementNotActive,
        ProblemCodes.TopUpNotAllowed,
        ProblemCodes.OrderAlreadyPaid,
        ProblemCodes.OrderClosed,
        ProblemCodes.CustomerNotLinked,
        ProblemCodes.CouponStockNotOpen,
        ProblemCodes.CouponStockSoldOut,
        ProblemCodes.CouponLimitReached,
        ProblemCodes.PaymentNotCapturable,
        ProblemCodes.PaymentNotCancelable,
        ProblemCodes.AuthorizationExpired,
        ProblemCodes.CaptureExceedsAuthorization,
        ProblemCodes.PaymentNotRefundable,
        ProblemCodes.RefundExceedsPayment,
        ProblemCodes.InsufficientPartnerBalance,
        DeclineCodes.AgreementPerPaymentLimit,
        DeclineCodes.AgreementDailyLimit,
        DeclineCodes.AgreementMonthlyLimit,
        DeclineCodes.AgreementTotalLimit,
        DeclineCodes.AccountDailyLimit,
        DeclineCodes.AccountYearlyLimit,
        DeclineCodes.InsufficientFunds,
        DeclineCodes.RiskConfirmationRequired,
        DeclineCodes.RiskDeclined,
        DeclineCodes.CouponNotFound,
        DeclineCodes.CouponAlreadyRedeemed,
        DeclineCodes.CouponHeld,
        DeclineCodes.CouponExpired,
        DeclineCodes.CouponBelowThreshold,
        EventTypes.TopUpProcessing,
        EventTypes.TopUpSucceeded,
        EventTypes.TopUpFailed,
        EventTypes.CouponIssued,
        EventTypes.CouponHeld,
        EventTypes.CouponRedeemed,
        EventTypes.CouponReturned,
        EventTypes.CouponReleased,
        EventTypes.CouponExpired,
        EventTypes.PaymentRequiresAction,
        DeclineCodes.CustomerDeclined,
        ConfirmationRules.Refusals.Over,
        ConfirmationRules.Refusals.OfAnother,
        EventTypes.PaymentAuthorized,
        EventTypes.PaymentCaptured,
        EventTypes.PaymentCanceled,
        EventTypes.PaymentExpired,
        EventTypes.PaymentFailed,
        EventTypes.PaymentPartiallyRefunded,
        EventTypes.PaymentRefunded,
        EventTypes.RefundSucceeded,
        EventTypes.ConsentRevoked,
        EventTypes.PayoutProcessing,
        EventTypes.PayoutSucceeded,
        EventTypes.PayoutFailed,
        PayoutRules.Refusals.Open,
        PayoutRules.Refusals.SettledBefore,
        EventTypes.AccountDormant,
        EventTypes.AccountActive,
        DeclineCodes.AccountDormant,
        OwnAccountRules.Refusals.NotNow,
        Stage.CampaignSettled,
        Stage.RefundedToTheFund,
        Stage.Withdrawn,
        Stage.WithdrawalReturned,
        Stage.OrderedTwice,
        ProblemCodes.IdempotencyKeyReused,
        Stage.KnownAnswer,
    ];

    [Fact]
    public void Whatever_happens_the_bank_does_what_its_rules_say_and_its_books_balance()
    {
        var seen = new ConcurrentDictionary<string, int>();

        Properties.Hold(
            Steps.Lists,
            count,
            steps => Stage.Play(steps, outcome => seen.AddOrUpdate(outcome, 1, (_, times) => times + 1))
        );

        foreach (var (outcome, times) in seen.OrderBy(pair => pair.Value))
        {
            output.WriteLine($"{times, 6} {outcome}");
        }

        Assert.True(Properties.Replays || outcomes.All(seen.ContainsKey), "Some outcomes never came.");
    }
}
