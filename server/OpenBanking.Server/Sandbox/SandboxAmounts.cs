namespace OpenBanking.Server.Sandbox;

/// <summary>Amounts in fen for which a card's made-up bank answers otherwise, whatever is on the card.</summary>
public static class SandboxAmounts
{
    /// <summary>The card's bank refuses.</summary>
    public const long CardRefused = 88_01;

    /// <summary>The card's bank says that there is too little on the card.</summary>
    public const long CardInsufficientFunds = 88_02;

    /// <summary>The card's bank moves the money, and its answer is lost: it is asked for after two seconds.</summary>
    public const long CardAnswerLost = 88_03;
}
