using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace OpenBanking.Server.Authorization;

/// <summary>The parameters of an OAuth request. A parameter sent twice, too long, or with a NUL, which is no character of
/// any, refuses the request (RFC 6749 §3.1, appendix A).</summary>
public sealed class OAuthForm
{
    public const string FormType = "application/x-www-form-urlencoded";
    private const int LongestValue = 16 * 1024;
    private const int MostParameters = 64;

    private readonly Dictionary<string, string> values = [];

    /// <summary>The value; null when it is absent or empty.</summary>
    public string? this[string name] =>
        values.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    /// <summary>Reads a form body.</summary>
    public static async Task<(OAuthForm? Form, OAuthFailure? Failure)> ReadAsync(HttpContext context)
    {
        if (
            !MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type)
            || !type.MediaType.Equals(FormType, StringComparison.OrdinalIgnoreCase)
            || !IsUtf8(type)
        )
        {
            return (null, OAuthFailure.InvalidRequest($"Send {FormType} in UTF-8."));
        }

        try
        {
            var form = await context.Request.ReadFormAsync(
                new FormOptions { ValueCountLimit = MostParameters, ValueLengthLimit = LongestValue },
                context.RequestAborted
            );
            return From(form);
        }
        catch (Exception failure)
            when (failure is InvalidDataException or IOException and not BadHttpRequestException)
        {
            return (null, OAuthFailure.InvalidRequest("The form cannot be read, or is too large."));
        }
    }

    /// <summary>Of a request that browsers bring either way: those of a form that is posted, else those of the query, and
    /// never of both.</summary>
    public static async Task<(OAuthForm? Form, OAuthFailure? Failure)> BroughtAsync(HttpContext context) =>
        HttpMethods.IsPost(context.Request.Method) ? await ReadAsync(context) : From(context.Request.Query);

    public static (OAuthForm? Form, OAuthFailure? Failure) From(
        IEnumerable<KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>> parameters
    )
    {
        var form = new OAuthForm();
        foreach (var (name, value) in parameters)
        {
            if (value.Count > 1)
            {
                return (null, OAuthFailure.InvalidRequest($"Send {Printable(name)} once."));
            }

            if (value.ToString().Contains('\0'))
            {
                return (null, OAuthFailure.InvalidRequest($"Send {Printable(name)} without NUL."));
            }

            form.values[name] = value.ToString();
        }

        return (form, null);
    }

    /// <summary>Whether a body is UTF-8, which is what none says, too. Others are not read: some the framework would not
    /// know.</summary>
    public static bool IsUtf8(MediaTypeHeaderValue type) =>
        !type.Charset.HasValue
        || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase);

    private static string Printable(string name) =>
        name.Length is > 0 and <= 40 && name.All(char.IsAsciiLetterOrDigit) ? name : "each parameter";
}

/// <summary>An OAuth error (RFC 6749 §5.2) and the HTTP status it comes with.</summary>
public sealed record OAuthFailure(int Status, string Error, string Description)
{
    public static OAuthFailure InvalidRequest(string description) => new(400, "invalid_request", description);

    public static OAuthFailure InvalidClient(string description) => new(401, "invalid_client", description);

    public static OAuthFailure InvalidGrant(string description) => new(400, "invalid_grant", description);

    public static OAuthFailure InvalidProof(string description) =>
        new(400, "invalid_dpop_proof", description);

    public static OAuthFailure From(Engine.Refusal refusal) =>
        new(refusal.Code == "invalid_client" ? 401 : 400, refusal.Code, refusal.Detail ?? refusal.Code);

    public static OAuthFailure NonceRequired { get; } =
        new(400, "use_dpop_nonce", "Make a new proof with the nonce of the DPoP-Nonce header.");
}
