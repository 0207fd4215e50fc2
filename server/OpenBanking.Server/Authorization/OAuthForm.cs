using System.IO.Pipelines;
using System.Net;
using System.Text;
using System.Text.Unicode;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace OpenBanking.Server.Authorization;

/// <summary>The parameters of an OAuth request. A parameter sent twice, too long, not in UTF-8, or with a NUL, which is no
/// character of any, refuses the request (RFC 6749 §3.1, appendices A and B).</summary>
public sealed class OAuthForm
{
    public const string FormType = "application/x-www-form-urlencoded";
    private const int LongestValue = 16 * 1024;
    private const int MostParameters = 64;
    private const int UsualLength = 4 * 1024;

    private static OAuthFailure NoText { get; } =
        OAuthFailure.InvalidRequest("Send the parameters in UTF-8, percent-encoded.");

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
            using var buffer = new MemoryStream(UsualLength);
            await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
            var (body, length) = (buffer.GetBuffer(), (int)buffer.Length);
            if (!IsText(body, length))
            {
                return (null, NoText);
            }

            var reader = new FormPipeReader(PipeReader.Create(new(body, 0, length)), Encoding.UTF8)
            {
                ValueCountLimit = MostParameters,
                ValueLengthLimit = LongestValue,
            };
            return From(await reader.ReadFormAsync(context.RequestAborted));
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
        HttpMethods.IsPost(context.Request.Method) ? await ReadAsync(context) : FromQuery(context.Request);

    /// <summary>Reads the parameters of an address.</summary>
    public static (OAuthForm? Form, OAuthFailure? Failure) FromQuery(HttpRequest request)
    {
        var query = Encoding.UTF8.GetBytes(request.QueryString.Value ?? "");
        return IsText(query, query.Length) ? From(request.Query) : (null, NoText);
    }

    /// <summary>Whether what is percent-encoded is UTF-8: the framework would leave what is not as it stands.</summary>
    private static bool IsText(byte[] encoded, int length) =>
        Utf8.IsValid(encoded.AsSpan(0, length))
        && (
            !EncodesMoreThanAscii(encoded.AsSpan(0, length))
            || Utf8.IsValid(WebUtility.UrlDecodeToBytes(encoded, 0, length))
        );

    private static bool EncodesMoreThanAscii(ReadOnlySpan<byte> encoded)
    {
        for (
            var at = encoded.IndexOf((byte)'%');
            at >= 0 && at + 1 < encoded.Length;
            at = encoded.IndexOf((byte)'%')
        )
        {
            encoded = encoded[(at + 1)..];
            if (encoded[0] is not (>= (byte)'0' and <= (byte)'7'))
            {
                return true;
            }
        }

        return false;
    }

    public static (OAuthForm? Form, OAuthFailure? Failure) From(
        IEnumerable<KeyValuePair<string, StringValues>> parameters
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
