namespace OpenBanking.Server.Authorization;

/// <summary>Scopes as they are asked for (RFC 6749 §3.3): their order says nothing, and one named twice is asked for once.</summary>
public static class ScopeText
{
    /// <summary>Each scope that the text names, once.</summary>
    public static string[] Read(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct()];
}
