namespace OpenBanking.Server.Authorization;

/// <summary>Says how an address differs from the registered one that is nearest to it: what was meant is mostly known, and a
/// slash or a port is hard to see.</summary>
public static class RedirectUriDifference
{
    private const int LongestShown = 100;

    /// <summary>A sentence; null where nothing helpful can be said.</summary>
    public static string? Describe(string? sent, IReadOnlyList<string> registered)
    {
        if (sent is null || !Uri.TryCreate(sent, UriKind.Absolute, out var address) || registered.Count == 0)
        {
            return null;
        }

        var nearest = registered.MaxBy(other => SharedStart(sent, other))!;
        return nearest.Equals(sent, StringComparison.OrdinalIgnoreCase)
                ? $"It differs from {nearest} in capital letters."
            : nearest + "/" == sent ? $"It has a slash at the end, which {nearest} has not."
            : sent + "/" == nearest ? $"It lacks the slash at the end of {nearest}."
            : Uri.TryCreate(nearest, UriKind.Absolute, out var other)
            && Part(address, other) is var (part, here, there)
                ? $"It differs from {nearest} in its {part}: {Short(here)} instead of {Short(there)}."
            : null;
    }

    /// <summary>The first part that is another.</summary>
    private static (string Part, string Here, string There)? Part(Uri here, Uri there)
    {
        (string Part, string Here, string There)[] parts =
        [
            ("scheme", here.Scheme, there.Scheme),
            ("host", here.IdnHost, there.IdnHost),
            ("port", $"{here.Port}", $"{there.Port}"),
            ("path", here.AbsolutePath, there.AbsolutePath),
            ("query", here.Query, there.Query),
            ("fragment", here.Fragment, there.Fragment),
        ];
        return parts
            .Cast<(string, string, string)?>()
            .FirstOrDefault(part => part!.Value.Item2 != part.Value.Item3);
    }

    private static int SharedStart(string one, string other) =>
        one.Zip(other).TakeWhile(pair => pair.First == pair.Second).Count();

    private static string Short(string text) =>
        text.Length == 0 ? "none"
        : text.Length <= LongestShown ? text
        : text[..LongestShown] + "...";
}
