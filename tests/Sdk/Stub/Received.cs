using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.JsonWebTokens;

namespace OpenBanking.Tests.Sdk.Stub;

/// <summary>A request as the stub bank got it.</summary>
internal sealed record Received(
    string Method,
    string Path,
    string Query,
    IReadOnlyDictionary<string, string> Headers,
    byte[] Body
)
{
    public string Route => $"{Method} {Path}";

    public string Text => Encoding.UTF8.GetString(Body);

    public string this[string header] => Headers[header];

    public IReadOnlyDictionary<string, string> Form =>
        QueryHelpers.ParseQuery(Text).ToDictionary(pair => pair.Key, pair => pair.Value.ToString());

    public JsonWebToken Proof => new(this["DPoP"]);

    public JsonWebToken Assertion => new(Form["client_assertion"]);

    public static async Task<Received> FromAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        return new Received(
            request.Method,
            request.Path.Value!,
            request.QueryString.Value!,
            request.Headers.ToDictionary(
                header => header.Key,
                header => header.Value.ToString(),
                StringComparer.OrdinalIgnoreCase
            ),
            body.ToArray()
        );
    }
}
