namespace OpenBanking.Server.Sandbox;

/// <summary>Amounts in fen for which a made-up bank of a card or a partner, or the risk engine, answers otherwise, whatever is
/// on the card.</summary>
public static class SandboxAmounts
{
    /// <summary>The card's bank refuses.</summary>
    public const long CardRefused = 88_01;

    /// <summary>The card's bank says that there is too little on the card.</summary>
    public const long CardInsufficientFunds = 88_02;

    /// <summary>The card's bank moves the money, and its answer is lost: it is asked for after two seconds.</summary>
    public const long CardAnswerLost = 88_03;

    /// <summary>The card's bank never answers.</summary>
    public const long CardNeverAnswers = 88_04;

    /// <summary>The risk engine is against a payment.</summary>
    public const long RiskDeclined = 88_21;

    /// <summary>The risk engine wants the customer to confirm a payment.</summary>
    public const long RiskConfirmation = 88_22;

    /// <summary>The risk engine does not answer.</summary>
    public const long RiskUnanswered = 88_23;

    /// <summary>A payout finds no account to go to.</summary>
    public const long PayoutRefused = 88_31;

    /// <summary>The account that a payout goes to is closed.</summary>
    public const long PayoutToClosedAccount = 88_32;

    /// <summary>The account that a payout goes to is in another name.</summary>
    public const long PayoutToAnotherName = 88_33;

    /// <summary>A payout is refused, and no more is known.</summary>
    public const long PayoutRefusedUnsaid = 88_34;
}
