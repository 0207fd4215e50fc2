using OpenBanking.Server.Accounts;

namespace OpenBanking.Server.Pages;

/// <summary>An account among those of which a customer chooses one.</summary>
/// <param name="Hint">What is to be known of it; null for nothing.</param>
public sealed record AccountChoice(AccountRow Account, bool IsChosen, string? Hint);
