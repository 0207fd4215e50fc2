using System.Net;
using System.Text;
using System.Text.Unicode;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace OpenBanking.Server.Authorization;

/// <summary>The parameters of an OAuth request. A parameter sent twice, too long, not in UTF-8, or with a NUL, which is no
/// character of any, refuses the request (RFC 6749 §3.1, appendices A and B). <c>resource</c> alone may be sent more than once
/// (RFC 8707 §2).</summary>
public sealed class OAuthForm
{
    public const string FormType = "application/x-www-form-urlencoded";
    private const int LongestValue = 16 * 1024;
    private const int LongestName = 2 * 1024;
    private const int MostParameters = 64;
    private const int UsualLength = 4 * 1024;

    private static OAuthFailure NoText { get; } =
        OAuthFailure.InvalidRequest("Send the parameters in UTF-8, percent-encoded.");

    private static OAuthFailure Unreadable { get; } =
        OAuthFailure.InvalidRequest("The form cannot be read, or is too large.");

    private readonly Dictionary<string, string> values = [];
    private readonly List<string> resources = [];

    /// <summary>The values of <c>resource</c> that are not empty.</summary>
    public IReadOnlyList<string> Resources => resources;

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

            // What reads queries takes one sign off the front, which is theirs.
            var text = new char[1 + Encoding.UTF8.GetMaxCharCount(length)];
            text[0] = '?';
            return From(text.AsMemory(0, 1 + Encoding.UTF8.GetChars(body.AsSpan(0, length), text.AsSpan(1))));
        }
        catch (IOException failure) when (failure is not BadHttpRequestException)
        {
            return (null, Unreadable);
        }
    }

    /// <summary>Of a request that browsers bring either way: those of a form that is posted, else those of the query, and
    /// never of both.</summary>
    public static async Task<(OAuthForm? Form, OAuthFailure? Failure)> BroughtAsync(HttpContext context) =>
        HttpMethods.IsPost(context.Request.Method) ? await ReadAsync(context) : FromQuery(context.Request);

    /// <summary>Reads the parameters of an address.</summary>
    public static (OAuthForm? Form, OAuthFailure? Failure) FromQuery(HttpRequest request)
    {
        var text = request.QueryString.Value ?? "";
        var query = Encoding.UTF8.GetBytes(text);
        return IsText(query, query.Length) ? From(text.AsMemory()) : (null, NoText);
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

    /// <summary>Reads what is encoded, after a question mark. Names are told apart by case, too (RFC 6749 §1.9).</summary>
    public static (OAuthForm? Form, OAuthFailure? Failure) From(ReadOnlyMemory<char> encoded)
    {
        var form = new OAuthForm();
        foreach (var pair in new QueryStringEnumerable(encoded))
        {
            if (
                pair.EncodedName.Length > LongestName
                || pair.EncodedValue.Length > LongestValue
                || form.values.Count + form.resources.Count == MostParameters
            )
            {
                return (null, Unreadable);
            }

            var (name, value) = (pair.DecodeName().ToString(), pair.DecodeValue().ToString());
            if (name.Contains('\0') || value.Contains('\0'))
            {
                return (null, OAuthFailure.InvalidRequest($"Send {Printable(name)} without NUL."));
            }

            if (name == ResourceIndicators.Parameter)
            {
                if (value.Length > 0)
                {
                    form.resources.Add(value);
                }
            }
            else if (!form.values.TryAdd(name, value))
            {
                return (null, OAuthFailure.InvalidRequest($"Send {Printable(name)} once."));
            }
        }

        return (form, null);
    }

    /// <summary>Whether a body is UTF-8, which is what none says, too. Others are not read: some the framework would not
    /// know.</summary>
    public static bool IsUtf8(MediaTypeHeaderValue type) =>
        !type.Charset.HasValue
        || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase);

    private static string Printable(string name) =>
        name.Length is > 0 and <= 40 && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_')
            ? name
            : "each parameter";
}

/// <summary>An OAuth error (RFC 6749 §5.2) and the HTTP status it comes with.</summary>
public sealed record OAuthFailure(int Status, string Error, string Description)
{
    /// <summary>Whether the command that came to this has used up the client's assertion, or found it used.</summary>
    public bool HasSpentAssertion { get; init; }

    public static OAuthFailure InvalidRequest(string description) => new(400, "invalid_request", description);

    public static OAuthFailure InvalidClient(string description) => new(401, "invalid_client", description);

    public static OAuthFailure InvalidGrant(string description) => new(400, "invalid_grant", description);

    public static OAuthFailure InvalidProof(string description) =>
        new(400, "invalid_dpop_proof", description);

    public static OAuthFailure From(Engine.Refusal refusal) =>
        new(refusal.Code == "invalid_client" ? 401 : 400, refusal.Code, refusal.Detail ?? refusal.Code)
        {
            HasSpentAssertion = refusal.Code == "invalid_client",
        };

    public static OAuthFailure NonceRequired { get; } =
        new(400, "use_dpop_nonce", "Make a new proof with the nonce of the DPoP-Nonce header.");
}
