using OpenBanking.Server.Sandbox;

namespace OpenBanking.Testing;

/// <summary>An amount that has something go wrong, and what.</summary>
/// <param name="Name">The member of <see cref="MagicAmounts"/>.</param>
/// <param name="Amount">The amount.</param>
/// <param name="Asked">What it is the amount of.</param>
/// <param name="Outcome">What happens.</param>
public sealed record MagicAmount(string Name, Money Amount, string Asked, string Outcome);

/// <summary>Amounts for which a bank for tests behaves otherwise, so that a test of a whole app needs no handle on the
/// bank. The amounts of cards, risk and payouts are the same in every sandbox.</summary>
public static class MagicAmounts
{
    private const string AnyPost = "payment, capture, refund, top-up";
    private const string TopUp = "top-up";
    private const string Either = "top-up, withdrawal";
    private const string Payment = "payment";
    private const string Payout = "payout";

    /// <summary>How late <see cref="SlowAnswer"/> is.</summary>
    public static TimeSpan Slowness { get; } = TimeSpan.FromSeconds(1.5);

    /// <summary>The card's bank refuses: <see cref="DeclineCodes.CardRefused"/>.</summary>
    public static Money CardRefused { get; } = Money.Cny(SandboxAmounts.CardRefused);

    /// <summary>There is too little on the card: <see cref="DeclineCodes.CardInsufficientFunds"/>.</summary>
    public static Money CardInsufficientFunds { get; } = Money.Cny(SandboxAmounts.CardInsufficientFunds);

    /// <summary>The top-up, or withdrawal, is processing for two seconds and more, then succeeds.</summary>
    public static Money CardAnswerLost { get; } = Money.Cny(SandboxAmounts.CardAnswerLost);

    /// <summary>The top-up, or withdrawal, is processing until the bank's staff end it.</summary>
    public static Money CardNeverAnswers { get; } = Money.Cny(SandboxAmounts.CardNeverAnswers);

    /// <summary>The bank finds the payment too risky: <see cref="DeclineCodes.RiskDeclined"/>.</summary>
    public static Money RiskDeclined { get; } = Money.Cny(SandboxAmounts.RiskDeclined);

    /// <summary>The bank wants the customer to confirm the payment: it is <see cref="PaymentStatus.RequiresAction"/> with
    /// <see cref="ConfirmationMode.IfNeeded"/>, else declined with
    /// <see cref="DeclineCodes.RiskConfirmationRequired"/>.</summary>
    public static Money RiskConfirmation { get; } = Money.Cny(SandboxAmounts.RiskConfirmation);

    /// <summary>The bank's risk engine does not answer, which counts as <see cref="RiskConfirmation"/> unless the bank says
    /// otherwise.</summary>
    public static Money RiskUnanswered { get; } = Money.Cny(SandboxAmounts.RiskUnanswered);

    /// <summary>The transfer of a payout is refused: <see cref="PayoutDeclineCodes.PayeeAccountUnknown"/>. The next payout
    /// brings it forward.</summary>
    public static Money PayoutRefused { get; } = Money.Cny(SandboxAmounts.PayoutRefused);

    /// <summary>As <see cref="PayoutRefused"/>, with <see cref="PayoutDeclineCodes.PayeeAccountClosed"/>.</summary>
    public static Money PayoutToClosedAccount { get; } = Money.Cny(SandboxAmounts.PayoutToClosedAccount);

    /// <summary>As <see cref="PayoutRefused"/>, with <see cref="PayoutDeclineCodes.PayeeNameMismatch"/>.</summary>
    public static Money PayoutToAnotherName { get; } = Money.Cny(SandboxAmounts.PayoutToAnotherName);

    /// <summary>As <see cref="PayoutRefused"/>, with <see cref="PayoutDeclineCodes.TransferRefused"/>.</summary>
    public static Money PayoutRefusedUnsaid { get; } = Money.Cny(SandboxAmounts.PayoutRefusedUnsaid);

    /// <summary>The answer is late.</summary>
    public static Money SlowAnswer { get; } = Money.Yuan(88.11m);

    /// <summary>503 for the first request of each idempotency key, then it goes through.</summary>
    public static Money UnavailableOnce { get; } = Money.Yuan(88.12m);

    /// <summary>503 for every request.</summary>
    public static Money AlwaysUnavailable { get; } = Money.Yuan(88.13m);

    /// <summary>The first request of each idempotency key is done and its answer lost; the same key gets it.</summary>
    public static Money LostAnswer { get; } = Money.Yuan(88.14m);

    /// <summary>The connection of the first request of each idempotency key ends before anything is done.</summary>
    public static Money LostRequest { get; } = Money.Yuan(88.15m);

    /// <summary>The first request of each idempotency key is done and never answered, so that the caller's time runs out; the same
    /// key gets the answer.</summary>
    public static Money NoAnswer { get; } = Money.Yuan(88.16m);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<MagicAmount> All { get; } =
    [
        new(
            nameof(CardRefused),
            CardRefused,
            Either,
            "a top-up fails with `card_refused`; a withdrawal comes back to the account, and the customer is told so"
        ),
        new(
            nameof(CardInsufficientFunds),
            CardInsufficientFunds,
            TopUp,
            "fails with `card_insufficient_funds`"
        ),
        new(
            nameof(CardAnswerLost),
            CardAnswerLost,
            Either,
            "is `processing` for two seconds and more, then `succeeded`: the card's bank moved the money, and its answer was lost"
        ),
        new(
            nameof(CardNeverAnswers),
            CardNeverAnswers,
            Either,
            "is `processing` until the bank's staff say what became of it"
        ),
        new(nameof(RiskDeclined), RiskDeclined, Payment, "fails with `risk_declined`"),
        new(
            nameof(RiskConfirmation),
            RiskConfirmation,
            Payment,
            "under an agreement: `requires_action` with `confirmation` `if_needed`, else fails with "
                + "`risk_confirmation_required`"
        ),
        new(
            nameof(RiskUnanswered),
            RiskUnanswered,
            Payment,
            "the risk engine does not answer: as with `RiskConfirmation`"
        ),
        new(
            nameof(PayoutRefused),
            PayoutRefused,
            Payout,
            "fails with `payee_account_unknown`, and the next one brings it forward"
        ),
        new(
            nameof(PayoutToClosedAccount),
            PayoutToClosedAccount,
            Payout,
            "the same with `payee_account_closed`"
        ),
        new(nameof(PayoutToAnotherName), PayoutToAnotherName, Payout, "the same with `payee_name_mismatch`"),
        new(nameof(PayoutRefusedUnsaid), PayoutRefusedUnsaid, Payout, "the same with `transfer_refused`"),
        new(nameof(SlowAnswer), SlowAnswer, AnyPost, "is answered after 1.5 seconds"),
        new(
            nameof(UnavailableOnce),
            UnavailableOnce,
            AnyPost,
            "503 the first time of each idempotency key, then done"
        ),
        new(nameof(AlwaysUnavailable), AlwaysUnavailable, AnyPost, "503 every time; nothing is done"),
        new(
            nameof(LostAnswer),
            LostAnswer,
            AnyPost,
            "is done, and the connection is cut before the answer, the first time of each idempotency key; "
                + "the same key then gets the answer"
        ),
        new(
            nameof(LostRequest),
            LostRequest,
            AnyPost,
            "the connection is cut before anything is done, the first time of each idempotency key; then done"
        ),
        new(
            nameof(NoAnswer),
            NoAnswer,
            AnyPost,
            "is done, and not answered until the caller's time is over, the first time of each idempotency key; the same key then "
                + "gets the answer"
        ),
    ];
}
