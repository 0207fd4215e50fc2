namespace OpenBanking.Internal;

/// <summary>The addresses the client is given, and their parts.</summary>
internal static class Addresses
{
    private const string ApiVersion = "/v1";
    private const int LongestId = 200;

    /// <summary>An authority as its issuer identifier: normalised, without a trailing slash.</summary>
    /// <exception cref="ArgumentException">It is not an https address, or holds more than a host and a
    /// path.</exception>
    public static string ToIssuer(Uri? authority, string parameterName)
    {
        if (authority is null || !SecureAddress.Is(authority))
        {
            throw new ArgumentException(
                $"Set {parameterName} to the bank's https address, such as https://open.bank.example; "
                    + "plain http is allowed on loopback only.",
                parameterName
            );
        }

        return authority.Query.Length + authority.Fragment.Length + authority.UserInfo.Length == 0
            ? authority.AbsoluteUri.TrimEnd('/')
            : throw new ArgumentException(
                $"Set {parameterName} without a query, fragment or user name.",
                parameterName
            );
    }

    /// <summary>The API's address, to which calls add <c>/v1/…</c>: the part before that.</summary>
    /// <exception cref="ArgumentException">It is none of an issuer either, or has what calls add.</exception>
    public static string ToApi(Uri address, string parameterName)
    {
        var api = ToIssuer(address, parameterName);
        var end = (api + '/').IndexOf(ApiVersion + '/', StringComparison.OrdinalIgnoreCase);
        return end < 0
            ? api
            : throw new ArgumentException(
                $"Set {parameterName} to {api[..end]}: the client adds {ApiVersion}/… to it by itself.",
                parameterName
            );
    }

    /// <summary>An id as one segment of a path.</summary>
    /// <exception cref="ArgumentException">The id is empty, or a dot segment that would name another
    /// path; or no server takes it, because it is too long or has control characters.</exception>
    public static string Segment(string id, string parameterName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id, parameterName);
        return id is "." or ".." ? throw new ArgumentException("Dots alone name no object.", parameterName)
            : id.Length > LongestId
                ? throw new ArgumentException(
                    $"An id or order number has at most {LongestId} characters: this has {id.Length}.",
                    parameterName
                )
            : id.Any(char.IsControl)
                ? throw new ArgumentException(
                    "An id or order number has no control characters.",
                    parameterName
                )
            : !Texts.IsWhole(id) ? throw new ArgumentException(Texts.HalfCharacter("The id"), parameterName)
            : Uri.EscapeDataString(id);
    }
}
