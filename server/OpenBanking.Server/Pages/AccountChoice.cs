using OpenBanking.Server.Accounts;

namespace OpenBanking.Server.Pages;

/// <summary>An account among those of which a customer chooses one.</summary>
/// <param name="Hint">What is to be known of it; null for nothing.</param>
public sealed record AccountChoice(AccountRow Account, bool IsChosen, string? Hint = null)
{
    /// <summary>Whether a code alone led here: the number may be somebody else's by now, who reads nothing of the account but its class
    /// and its last four digits.</summary>
    public bool IsBeforePin { get; init; }
}
