namespace OpenBanking.Server.Dashboard;

/// <summary>Comma-separated values (RFC 4180), for spreadsheets.</summary>
public static class Csv
{
    /// <summary>What a file begins with, so that spreadsheets read it as UTF-8.</summary>
    public const string Beginning = "\uFEFF";

    public static string Line(params IEnumerable<string> values) =>
        string.Join(',', values.Select(Quote)) + "\r\n";

    /// <summary>Text that others wrote. Spreadsheets run what begins like a formula; with an apostrophe before it, it is
    /// text.</summary>
    public static string Foreign(string text) =>
        text.TrimStart() is ['=' or '+' or '-' or '@', ..] || text is ['\t' or '\r' or '\n', ..]
            ? "'" + text
            : text;

    private static string Quote(string value) =>
        value.AsSpan().IndexOfAny("\",\r\n") < 0 ? value : $"\"{value.Replace("\"", "\"\"")}\"";
}
