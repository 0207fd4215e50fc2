using System.Globalization;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Html;

namespace OpenBanking.Server.Pages;

/// <summary>A text with numbers or dates in it, each of which stays in one line on a narrow page.</summary>
public sealed class UnbrokenText(string format, params IReadOnlyList<string> parts) : IHtmlContent
{
    public void WriteTo(TextWriter writer, HtmlEncoder encoder) =>
        writer.Write(
            string.Format(
                CultureInfo.InvariantCulture,
                encoder.Encode(format),
                [.. parts.Select(part => $"<span class=\"unbroken\">{encoder.Encode(part)}</span>")]
            )
        );
}
