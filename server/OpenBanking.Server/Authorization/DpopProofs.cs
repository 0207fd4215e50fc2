using System.Buffers;
using Microsoft.AspNetCore.Http.Features;
using OpenBanking.Server.Http;

namespace OpenBanking.Server.Authorization;

/// <summary>What became of a request's proof.</summary>
public abstract record ProofResult
{
    /// <summary>The request was made by the holder of this key.</summary>
    public sealed record Proven(string KeyThumbprint) : ProofResult;

    public sealed record Refused(string Reason) : ProofResult;

    /// <summary>Well made, but of a request that came before: this is a copy of it, or the client made one proof for two.</summary>
    public sealed record UsedBefore : ProofResult;

    /// <summary>Well made, but without a nonce of ours: the client is to try again with the one it is given.</summary>
    public sealed record NonceRequired : ProofResult;

    /// <summary>There is no DPoP header.</summary>
    public sealed record Absent : ProofResult;
}

/// <summary>
/// Checks DPoP proofs (RFC 9449 §4.3), in this order: exactly one header; a well-formed JWS; <c>typ</c>; <c>alg</c> on
/// the list; a public <c>jwk</c>; the signature; <c>jti</c>, <c>htm</c>, <c>htu</c>, <c>iat</c> present and right;
/// <c>nbf</c> and <c>exp</c>, where there are, in their windows; <c>ath</c> of the token it comes with; the nonce; not seen
/// before by any node.
/// </summary>
public sealed class DpopProofs(
    ServerAddress address,
    DpopNonces nonces,
    SeenProofs seen,
    SharedProofs shared,
    TimeProvider time
)
{
    private const int LongestProofId = 256;

    /// <summary>RFC 3986 §2.</summary>
    private static readonly SearchValues<char> ofUris = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#[]@!$&'()*+,;=%"
    );

    private readonly SignedProofs signed = new();

    /// <param name="accessToken">The token the proof comes with, whose digest it must hold; null at the
    /// authorization server.</param>
    public async ValueTask<ProofResult> CheckAsync(HttpRequest request, NonceRole role, string? accessToken)
    {
        var headers = request.Headers["DPoP"];
        if (headers.Count == 0)
        {
            return new ProofResult.Absent();
        }

        if (headers is not [{ } header])
        {
            return new ProofResult.Refused("Send exactly one DPoP header, with a compact JWS.");
        }

        var (proof, unsigned) = signed.Read(header);
        if (proof is null)
        {
            return new ProofResult.Refused(unsigned!);
        }

        if (CheckClaims(proof.Claims, request, accessToken) is { } reason)
        {
            return new ProofResult.Refused(reason);
        }

        if (proof.Claims.Nonce is not { } nonce || !nonces.IsValid(nonce, role))
        {
            return new ProofResult.NonceRequired();
        }

        if (
            !seen.TryAdd(proof.Key.Thumbprint, proof.Claims.Id!, proof.Claims.IssuedAt!.Value, out var digest)
        )
        {
            return new ProofResult.UsedBefore();
        }

        switch (await shared.RememberAsync(digest))
        {
            case ProofFreshness.New:
                return new ProofResult.Proven(proof.Key.Thumbprint);
            case ProofFreshness.Seen:
                return new ProofResult.UsedBefore();
            default:
                // The nonces have changed since one was offered at the beginning of this request.
                request.HttpContext.Response.Headers["DPoP-Nonce"] = nonces.Current(role);
                return new ProofResult.NonceRequired();
        }
    }

    /// <summary>The key of a proof that may be left out.</summary>
    public async ValueTask<(string? KeyThumbprint, OAuthFailure? Failure)> CheckOptionalAsync(
        HttpRequest request
    ) =>
        await CheckAsync(request, NonceRole.AuthorizationServer, accessToken: null) switch
        {
            ProofResult.Absent => (null, null),
            ProofResult.Proven proven => (proven.KeyThumbprint, null),
            ProofResult.Refused refused => (null, OAuthFailure.InvalidProof(refused.Reason)),
            ProofResult.UsedBefore => (
                null,
                OAuthFailure.InvalidProof(
                    "The proof was used before: make a new one, with a new jti, for each request."
                )
            ),
            _ => (null, OAuthFailure.NonceRequired),
        };

    private string? CheckClaims(ProofClaims proof, HttpRequest request, string? accessToken)
    {
        var now = time.GetUtcNow();
        return proof.Id is not { Length: > 0 and <= LongestProofId } ? WrongId(proof)
            : proof.Method != request.Method ? $"The proof's htm must be {request.Method}."
            : !IsAddressOf(proof.Address, request) ? "The proof's htu must be the address of this request."
            : proof.Unreadable.Instant is { } claim ? $"The proof's {claim} {Jws.InstantExpected}"
            : proof.IssuedAt is not { } issuedAt ? "The proof needs an iat."
            : issuedAt > now + AuthorizationServerOptions.ClockSkew
                ? $"The proof is {(issuedAt - now).TotalSeconds:0} s ahead of the server's clock: set yours by the Date header."
            : issuedAt < now - AuthorizationServerOptions.ProofAge
                ? $"The proof is {(now - issuedAt).TotalSeconds:0} s old: make one for each request, and set your clock by the Date header."
            : proof.NotBefore > now + AuthorizationServerOptions.ClockSkew
                ? "The proof's nbf is in the future: check your clock against the Date header."
            : now >= proof.ExpiresAt
                ? $"The proof expired {(now - proof.ExpiresAt.Value).TotalSeconds:0} s ago: make one for each request."
            : accessToken is not null && !Secrets.AreEqual(proof.TokenDigest, Secrets.HashOf(accessToken))
                ? "The proof's ath must be the SHA-256 of the access token."
            : null;
    }

    private static string WrongId(ProofClaims proof) =>
        proof.Id is null && !proof.Unreadable.Id
            ? "The proof needs a jti."
            : $"The proof's jti must be a string of 1 to {LongestProofId} characters.";

    /// <summary>Scheme and host without case, the path as it came over the wire, query and fragment left aside: at the
    /// public address, or where clients present certificates. Never taken from a header.</summary>
    private bool IsAddressOf(string? htu, HttpRequest request)
    {
        var path = PathOf(request);
        var whole = HasPathBase(path);
        return htu is not null
            && (
                IsAt(htu, whole ? address.Origin : address.Issuer, path)
                || (
                    address.MutualTlsOrigin is { } origin
                    && IsAt(htu, whole ? origin : address.MutualTlsBase, path)
                )
            );
    }

    /// <summary>As nearly every client writes it, to the letter; or else read as an address.</summary>
    private static bool IsAt(string htu, string start, ReadOnlySpan<char> path) =>
        (htu.StartsWith(start, StringComparison.Ordinal) && htu.AsSpan(start.Length).SequenceEqual(path))
        || IsSame(htu, $"{start}{path}");

    /// <summary>Whether a proxy in front has left the path of the public address; others cut it off.</summary>
    private bool HasPathBase(ReadOnlySpan<char> path) =>
        address.PathBase.Length > 0
        && path.StartsWith(address.PathBase, StringComparison.Ordinal)
        && path.Length > address.PathBase.Length
        && path[address.PathBase.Length] == '/';

    /// <summary>Normalized by syntax and scheme (RFC 9449 §4.3), once it is a URI to the letter: the framework reads
    /// more than that.</summary>
    private static bool IsSame(string htu, string own) =>
        !htu.AsSpan().ContainsAnyExcept(ofUris)
        && Uri.TryCreate(htu, UriKind.Absolute, out var theirs)
        && Uri.TryCreate(own, UriKind.Absolute, out var ours)
        && IsHostOf(ours, htu)
        && theirs.AbsolutePath == ours.AbsolutePath;

    /// <summary>Scheme and host, and the port as it is written: left out or empty where it is the scheme's own.</summary>
    private static bool IsHostOf(Uri ours, string htu)
    {
        var start = ours.Scheme + Uri.SchemeDelimiter;
        if (!htu.StartsWith(start, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var rest = htu.AsSpan(start.Length);
        var end = rest.IndexOfAny('/', '?', '#');
        var host = end < 0 ? rest : rest[..end];
        return host.Equals($"{ours.Host}:{ours.Port}", StringComparison.OrdinalIgnoreCase)
            || (
                ours.IsDefaultPort && host.TrimEnd(':').Equals(ours.Host, StringComparison.OrdinalIgnoreCase)
            );
    }

    /// <summary>The path before it was unescaped: what a client signs is what it sends.</summary>
    private static ReadOnlySpan<char> PathOf(HttpRequest request)
    {
        var target = request.HttpContext.Features.Get<IHttpRequestFeature>()?.RawTarget;
        if (target is not ['/', ..])
        {
            return request.PathBase.Add(request.Path).ToUriComponent();
        }

        var query = target.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? target : target.AsSpan(0, query);
    }
}
