using System.Text.RegularExpressions;

namespace OpenBanking.Server.Http;

/// <summary>What a text in a request may be: 1 to so many characters, each counted once, as JSON Schema counts them.</summary>
/// <param name="Pattern">What it is made of, as ECMA-262 writes it; null where that is no matter of single characters.</param>
public sealed record TextBounds(int Longest, string? Pattern = null);

/// <summary>The bounds of texts in requests: the checks go by them, and the OpenAPI document says them.</summary>
public static partial class WireText
{
    // A path whose last part is . or .. is another one.
    private const string OfOrderNo = @"^(?:\.{3,}|\.*[A-Za-z0-9_:-][A-Za-z0-9._:-]*)$";
    private const string Visible = "^[!-~]+$";

    /// <summary>A number of the partner's own.</summary>
    public static TextBounds OrderNo { get; } = new(64, OfOrderNo);

    /// <summary>A partner's own id of a browser or device.</summary>
    public static TextBounds Device { get; } = new(128, Visible);

    /// <summary>A name on the bank's pages.</summary>
    public static TextBounds Name { get; } = new(64);

    /// <summary>What a statement shows.</summary>
    public static TextBounds Words { get; } = new(128);

    /// <summary>Where events are posted to.</summary>
    public static TextBounds Address { get; } = new(512);

    public static bool IsOrderNo(string text) => IsWhole(OrderNoForm(), text, OrderNo);

    public static bool IsDevice(string text) => IsWhole(VisibleForm(), text, Device);

    /// <summary>In .NET a pattern's end is also before a line's end.</summary>
    private static bool IsWhole(Regex form, string text, TextBounds bounds) =>
        text.Length > 0 && text.Length <= bounds.Longest && form.Match(text).Length == text.Length;

    [GeneratedRegex(OfOrderNo, RegexOptions.NonBacktracking)]
    private static partial Regex OrderNoForm();

    [GeneratedRegex(Visible, RegexOptions.NonBacktracking)]
    private static partial Regex VisibleForm();
}
