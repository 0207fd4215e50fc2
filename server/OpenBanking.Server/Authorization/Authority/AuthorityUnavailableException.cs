namespace OpenBanking.Server.Authorization.Authority;

/// <summary>The authority could not be asked, or gave no sound answer: what depends on it is refused, and may be tried
/// again.</summary>
public sealed class AuthorityUnavailableException(string message, Exception? inner = null)
    : Exception(message, inner);
