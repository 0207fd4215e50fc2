using System.Text.Json;

namespace OpenBanking.Server.Authorization;

/// <summary>Reads text out of JSON that nobody has checked yet.</summary>
public static class JsonText
{
    /// <summary>The text of a member; null when it is absent, no text, or holds half a surrogate pair.</summary>
    public static string? Of(JsonElement element, string member)
    {
        try
        {
            return
                element.ValueKind == JsonValueKind.Object
                && element.TryGetProperty(member, out var value)
                && value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
