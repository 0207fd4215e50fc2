namespace OpenBanking.Testing;

/// <summary>A code that says why something came to nothing, and how a test has it happen.</summary>
/// <param name="Code">The code.</param>
/// <param name="Asked">What comes to nothing.</param>
/// <param name="Means">How it is brought about.</param>
public sealed record MagicOutcome(string Code, string Asked, string Means);

/// <summary>How a test brings about every outcome that the server knows: one row for each code of the catalogues.</summary>
public static class MagicOutcomes
{
    private const string Payment = "payment";
    private const string TopUp = "top-up";
    private const string Either = "payment, top-up";
    private const string Payout = "payout";
    private const string Opening = "opening";

    /// <summary>Why payments and top-ups fail: every code of <see cref="DeclineCodes.Catalogue"/>.</summary>
    public static IReadOnlyList<MagicOutcome> Declines { get; } =
    [
        new(DeclineCodes.InsufficientFunds, Payment, "more than is on the account"),
        new(DeclineCodes.AccountNotActive, Either, Status(nameof(AccountStatus.PendingActivation))),
        new(DeclineCodes.AccountFrozen, Either, Status(nameof(AccountStatus.Frozen))),
        new(
            DeclineCodes.AccountDormant,
            Either,
            Status(nameof(AccountStatus.Dormant)) + ", or half a year on `bank.Clock` without a payment"
        ),
        new(DeclineCodes.AccountClosed, Either, Status(nameof(AccountStatus.Closing))),
        new(
            DeclineCodes.AccountPerPaymentLimit,
            Payment,
            "`bank.Customers.SetLimitsAsync(customer, perPayment: Money.Yuan(50))`, then 50.01"
        ),
        new(DeclineCodes.AccountDailyLimit, Payment, "10000.01, whatever is on the account"),
        new(
            DeclineCodes.AccountYearlyLimit,
            Payment,
            "`bank.Customers.UseUpYearAsync(customer)`, then any amount"
        ),
        new(
            DeclineCodes.AccountBalanceLimit,
            TopUp,
            "2000.01 to an account of Type III: `new AccountOpening { AccountType = AccountType.TypeThree }` for a person who has "
                + "no account yet"
        ),
        new(
            DeclineCodes.AgreementPerPaymentLimit,
            Either,
            "more than the `PerPaymentLimit` that the customer was linked with"
        ),
        new(
            DeclineCodes.AgreementDailyLimit,
            Either,
            "more in a day than the `DailyLimit` that the customer was linked with"
        ),
        new(
            DeclineCodes.AgreementMonthlyLimit,
            Payment,
            "more in a month than the `MonthlyLimit` that the customer was linked with"
        ),
        new(
            DeclineCodes.AgreementTotalLimit,
            Payment,
            "more in all than the `TotalLimit` that the customer was linked with"
        ),
        new(
            DeclineCodes.AgreementSceneNotCovered,
            Payment,
            "a `Scene` that is not among the `Scenes` that the customer was linked with"
        ),
        new(DeclineCodes.CouponNotFound, Payment, "the coupon of another customer"),
        new(DeclineCodes.CouponAlreadyRedeemed, Payment, "a coupon that a captured payment had"),
        new(
            DeclineCodes.CouponHeld,
            Payment,
            "a coupon that a payment with `CaptureMethod.Manual` has, not captured yet"
        ),
        new(DeclineCodes.CouponExpired, Payment, "a coupon, 31 days later on `bank.Clock`"),
        new(DeclineCodes.CouponBelowThreshold, Payment, "14.99 with a coupon of the sandbox's campaign"),
        new(DeclineCodes.RiskConfirmationRequired, Payment, Amount(nameof(MagicAmounts.RiskConfirmation))),
        new(DeclineCodes.RiskDeclined, Payment, Amount(nameof(MagicAmounts.RiskDeclined))),
        new(
            DeclineCodes.CustomerDeclined,
            Payment,
            "one that waits for its customer, then `bank.Customers.DeclinePaymentAsync(customer, payment)`"
        ),
        new(DeclineCodes.CardInsufficientFunds, TopUp, Amount(nameof(MagicAmounts.CardInsufficientFunds))),
        new(DeclineCodes.CardRefused, TopUp, Amount(nameof(MagicAmounts.CardRefused))),
    ];

    /// <summary>Why payouts fail: every code of <see cref="PayoutDeclineCodes.Catalogue"/>.</summary>
    public static IReadOnlyList<MagicOutcome> Payouts { get; } =
    [
        new(PayoutDeclineCodes.PayeeAccountUnknown, Payout, Amount(nameof(MagicAmounts.PayoutRefused))),
        new(
            PayoutDeclineCodes.PayeeAccountClosed,
            Payout,
            Amount(nameof(MagicAmounts.PayoutToClosedAccount))
        ),
        new(PayoutDeclineCodes.PayeeNameMismatch, Payout, Amount(nameof(MagicAmounts.PayoutToAnotherName))),
        new(PayoutDeclineCodes.TransferRefused, Payout, Amount(nameof(MagicAmounts.PayoutRefusedUnsaid))),
    ];

    /// <summary>Why applications for an account come to nothing: every code of <see cref="ApplicationReasons.Catalogue"/>.</summary>
    public static IReadOnlyList<MagicOutcome> Openings { get; } =
    [
        new(ApplicationReasons.IdentityNotVerified, Opening, Person(nameof(MagicPersons.WithAnotherName))),
        new(ApplicationReasons.CardNotVerified, Opening, Person(nameof(MagicPersons.WithAnothersCard))),
        new(
            ApplicationReasons.ImagesNotVerified,
            Opening,
            "a square picture of the ID card, on the bank's pages"
        ),
        new(ApplicationReasons.UnderMinimumAge, Opening, Person(nameof(MagicPersons.TooYoung))),
        new(ApplicationReasons.DeclinedByBank, Opening, Person(nameof(MagicPersons.DeclinedByBank))),
        new(
            ApplicationReasons.CustomerDeclined,
            Opening,
            "`bank.Customers.DeclineApplicationAsync(person, application)`"
        ),
        new(
            ApplicationReasons.TooManyWrongAmounts,
            Opening,
            Person(nameof(MagicPersons.WithUnconfirmedCard))
                + ", then `bank.Customers.GuessAmountsAsync(person, application)`"
        ),
        new(
            ApplicationReasons.TooManyWrongCodes,
            Opening,
            "`bank.Customers.GuessCodesAsync(person, application)`"
        ),
        new(ApplicationReasons.NotConfirmedInTime, Opening, "a day on `bank.Clock`, not confirmed"),
        new(
            ApplicationReasons.MobileOfAnother,
            Opening,
            Person(nameof(MagicPersons.WithSharedMobile))
                + ", after somebody else has opened an account with the same number; "
                + "`bank.Customers.ConfirmApplicationAsync(person, application)` for both"
        ),
        new(
            ApplicationReasons.MobileChanged,
            Opening,
            "an application that is open while the customer changes the mobile number on the bank's pages"
        ),
        new(
            ApplicationReasons.TooManyAccounts,
            Opening,
            "the sixth application of one person, `bank.Customers.ConfirmApplicationAsync(person, application)` for each"
        ),
    ];

    private static string Status(string name) =>
        $"`bank.Customers.SetAccountStatusAsync(customer, AccountStatus.{name})`";

    private static string Amount(string name) => $"`MagicAmounts.{name}`";

    private static string Person(string name) => $"`MagicPersons.{name}`";
}
