using System.Collections;
using System.Collections.Frozen;
using System.Globalization;
using System.Resources;
using System.Text.RegularExpressions;
using OpenBanking.Server.Pages;
using Xunit;

namespace OpenBanking.Tests.Browser;

/// <summary>What may become of what a customer does: by the texts of the pages that say so.</summary>
public sealed partial class Outcomes
{
    private static readonly ResourceManager texts = new(typeof(Texts).FullName!, typeof(Texts).Assembly);

    /// <summary>Every name of a text that says what became of something.</summary>
    private static readonly FrozenSet<string> all = texts
        .GetResourceSet(CultureInfo.InvariantCulture, createIfNotExists: true, tryParents: true)!
        .Cast<DictionaryEntry>()
        .Select(entry => (string)entry.Key)
        .Where(name => Names().IsMatch(name))
        .ToFrozenSet();

    /// <summary>Those that are walked, by the page that says them.</summary>
    public static IReadOnlyList<(string Page, string Text)> Walked { get; } =
    [
        .. Of("Application/Code", "CodeWrong"),
        .. Of("Application/End", "OpeningGoBack", "Refused_customer_declined", "Refused_declined_by_bank"),
        .. Of("Application/Pin", "PinDiffers"),
        .. Of("Bank/Consent", "NothingAllowed", "PinLocked", "PinWrong"),
        .. Of(
            "Bank/Error",
            "Error_bad_form",
            "Error_interaction_finished",
            "Error_interaction_over",
            "Error_internal_error",
            "Error_invalid_client",
            "Error_invalid_request",
            "Error_invalid_request_uri",
            "Error_not_found",
            "Error_outcome_unknown",
            "Error_unauthorized_client",
            "Error_which_sandbox"
        ),
        .. Of(
            "Bank/Identity",
            "Refused_card_not_verified",
            "Refused_declined_by_bank",
            "Refused_identity_not_verified",
            "Refused_under_minimum_age"
        ),
        .. Of("Bank/Images", "Image_OtherType"),
        .. Of("Bank/NoAccount", "AccountState_FrozenByBank"),
        .. Of("Bank/SignIn", "MobileWrong", "PasskeyRefused"),
        .. Of("Bank/SignOut", "SignOutDone"),
        .. Of(
            "Customer/Account",
            "AccountState_Closed",
            "AccountState_Dormant",
            "AccountState_Frozen",
            "TopUpNotCome"
        ),
        .. Of(
            "Customer/Cases",
            "CaseState_Answered",
            "CaseState_InProgress",
            "CaseState_Open",
            "CaseState_TakenBack"
        ),
        .. Of("Customer/Close", "CloseNot_Dormant", "CloseNot_Frozen", "PinWrong"),
        .. Of("Customer/Code", "CodeOver", "CodeWrong"),
        .. Of("Customer/CorrectName", "CorrectNameWrong"),
        .. Of("Customer/Erase", "PinWrong"),
        .. Of("Customer/Erased", "ErasedLead"),
        .. Of("Customer/Limits", "Own_limits_contradict"),
        .. Of("Customer/Mobile", "CardNumberWrong", "CodeWrong", "MobileDone", "MobileWrong"),
        .. Of("Customer/Name", "Own_nickname_refused"),
        .. Of("Customer/NewCard", "CardNumberWrong"),
        .. Of("Customer/Passkeys", "Own_passkey_name"),
        .. Of("Customer/Pin", "PinHereLocked"),
        .. Of("Customer/PinReset", "PinResetDone", "PinResetWrong"),
        .. Of("Customer/SignIn", "CodeJustSent"),
        .. Of("Customer/TopUp", "AmountWrong", "Own_account_frozen"),
        .. Of("Customer/TopUpState", "Transfer_top-up_Succeeded", "Transfer_top-up_card_insufficient_funds"),
        .. Of("Customer/Wake", "Own_details_wrong"),
        .. Of(
            "Customer/Withdraw",
            "CodeWrong",
            "Own_account_dormant",
            "Own_account_frozen",
            "PinWrong",
            "Transfer_withdraw_too_much"
        ),
        .. Of("Customer/Withdrawal", "Transfer_withdraw_Succeeded"),
        .. Of(
            "Payment/Confirm",
            "CodeWrong",
            "PayDecline_above_own_day_limit",
            "PayDecline_account_daily_limit_exceeded",
            "PayDecline_account_dormant",
            "PayDecline_account_frozen",
            "PayDecline_account_per_payment_limit_exceeded",
            "PayDecline_insufficient_funds",
            "PayNoAccount",
            "Pay_confirmation_of_another",
            "PinLocked",
            "PinWrong"
        ),
        .. Of(
            "Payment/Pay",
            "PayClose",
            "PayState_authorized",
            "PayState_canceled",
            "PayState_captured",
            "PayState_declined",
            "PayState_expired",
            "PayState_partially_refunded",
            "PayState_refunded",
            "PayState_released",
            "PayState_risk_declined"
        ),
    ];

    /// <summary>Those that are not: another sentence in a notice, beside a field or in a badge, as others are walked in.</summary>
    private static readonly FrozenSet<string> inTheSamePlace = new[]
    {
        "AccountState_Closing",
        "AccountState_PendingActivation",
        "AppOver",
        "CaseKindMissing",
        "CaseState_Closed",
        "CaseTextWrong",
        "CloseNot_PendingActivation",
        "CodeLocked",
        "ClosingRefused",
        "CorrectNameDone",
        "CorrectNameSame",
        "DepositWrong",
        "FullNameWrong",
        "IdNumberWrong",
        "ImageNeeded",
        "Image_Damaged",
        "Image_Empty",
        "Image_OtherSide",
        "Image_TooLarge",
        "Image_TooManyPixels",
        "Image_TooSmall",
        "Image_UnknownType",
        "LimitWrong",
        "MobileCardWrong",
        "MobileLocked",
        "MobileOfAnother",
        "MobileRefused",
        "MobileSame",
        "NameWrong",
        "OpeningCardOver",
        "NewPinDone",
        "NewPinMeanwhile",
        "Own_account_balance_limit_exceeded",
        "Own_account_closed",
        "Own_account_not_active",
        "Own_account_state",
        "Own_card_bound",
        "Own_card_is_default",
        "Own_card_not_bound",
        "Own_card_not_verified",
        "Own_cards_changed",
        "Own_case_state",
        "Own_case_too_many",
        "Own_code_needed",
        "Own_deposit_not_in_time",
        "Own_details_locked",
        "Own_erasure_accounts_open",
        "Own_erasure_overtaken",
        "Own_holds_open",
        "Own_insufficient_funds",
        "Own_limit_above_rules",
        "Own_mobile_changed",
        "Own_passkey_loss_reported",
        "Own_passkey_not_taken",
        "Own_passkey_too_many",
        "Own_pin_needed",
        "Own_purpose_necessary",
        "Own_purpose_not_now",
        "Own_purpose_too_many",
        "Own_too_many_accounts",
        "Own_too_many_cards",
        "Own_too_many_wrong_amounts",
        "Own_top_up_under_way",
        "Own_upgrade_not_verified",
        "Own_verification_locked",
        "Own_verification_under_way",
        "Own_withdrawal_under_way",
        "PasskeyImpossible",
        "PasskeyLocked",
        "PasskeyMadeNothing",
        "PasskeyNothing",
        "PayDecline_above_rules",
        "PayDecline_account_closed",
        "PayDecline_account_not_active",
        "PayDecline_account_yearly_limit_exceeded",
        "PayState_failed",
        "Pay_account_gone",
        "Pay_confirmation_changed",
        "Pay_confirmation_code_needed",
        "PinResetLocked",
        "TooManyCodes",
        "PinResetRefused",
        "PinSame",
        "PinSixDigits",
        "PinWeak",
        "Refused_images_not_verified",
        "Refused_mobile_changed",
        "Refused_mobile_of_another_customer",
        "Refused_not_confirmed_in_time",
        "Refused_too_many_accounts",
        "Refused_too_many_wrong_amounts",
        "Refused_too_many_wrong_codes",
        "StatementMonthWrong",
        "TermsChanged",
        "TermsNeeded",
        "Transfer_top-up_Processing",
        "Transfer_top-up_SentBack",
        "Transfer_top-up_account_closed",
        "Transfer_top-up_account_frozen",
        "Transfer_top-up_card_refused",
        "Transfer_top-up_none",
        "Transfer_top-up_too_much",
        "Transfer_withdraw_Failed",
        "Transfer_withdraw_Processing",
        "Transfer_withdraw_Returned",
        "Transfer_withdraw_none",
    }.ToFrozenSet();

    /// <summary>Where there is no link on, what says in words where to go on.</summary>
    public static IReadOnlySet<string> LeadingOn { get; } =
        new[]
        {
            "AgreementClose",
            "ErasedLead",
            "Error_which_sandbox",
            "OpeningGoBack",
            "PayClose",
            "SignOutDone",
        }.ToFrozenSet();

    private static readonly Dictionary<string, IReadOnlyList<(string Name, Regex Pattern)>> patterns = new()
    {
        ["zh-CN"] = PatternsIn("zh-CN"),
        ["en"] = PatternsIn("en"),
    };

    /// <summary>Whoever writes a new one has it walked, or sees that it is said as another.</summary>
    [Fact]
    public void Every_outcome_is_walked_or_said_where_another_is()
    {
        Assert.Empty(all.Except(Walked.Select(outcome => outcome.Text)).Except(inTheSamePlace));
        Assert.Empty(inTheSamePlace.Except(all));
        Assert.Empty(inTheSamePlace.Intersect(Walked.Select(outcome => outcome.Text)));
    }

    /// <summary>The names of those that stand on a page.</summary>
    public static IReadOnlySet<string> In(string page, string language)
    {
        var line = Spaces().Replace(page, " ");
        return patterns[language]
            .Where(text => text.Pattern.IsMatch(line))
            .Select(text => text.Name)
            .ToHashSet();
    }

    private static IEnumerable<(string Page, string Text)> Of(string page, params string[] outcomes) =>
        outcomes.Select(outcome => ($"/Pages/{page}.cshtml", outcome));

    private static IReadOnlyList<(string Name, Regex Pattern)> PatternsIn(string language) =>
        [
            .. all.Union(LeadingOn)
                .Select(name =>
                    (name, PatternOf(texts.GetString(name, CultureInfo.GetCultureInfo(language))!))
                ),
        ];

    /// <summary>Where the text has a place for something, anything may stand.</summary>
    private static Regex PatternOf(string text) =>
        new(
            string.Join(".{1,60}", Places().Split(text).Select(Regex.Escape)),
            RegexOptions.CultureInvariant,
            TimeSpan.FromSeconds(1)
        );

    [GeneratedRegex(
        "^(Refused|PayState|PayDecline|Pay|Own|Error|AccountState|CloseNot|CaseState|Image)_"
            + "|^Transfer_[a-z-]+_([A-Z]|none|too_much|card_|account_)"
            + "|(Wrong|Weak|Differs|Locked|Refused|OfAnother|Needed|Changed|Over|Same|Impossible|Codes|Done"
            + "|SixDigits|JustSent|Meanwhile|NotCome|NothingAllowed|NoAccount|KindMissing)$"
            + "|^Passkey[A-Za-z]*Nothing$",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1_000
    )]
    private static partial Regex Names();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Spaces();

    [GeneratedRegex(@"\{\d\}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Places();
}
