using Microsoft.AspNetCore.Http.Features;
using OpenBanking.Server.Http;

namespace OpenBanking.Server.Authorization;

/// <summary>What became of a request's proof.</summary>
public abstract record ProofResult
{
    /// <summary>The request was made by the holder of this key.</summary>
    public sealed record Proven(string KeyThumbprint) : ProofResult;

    public sealed record Refused(string Reason) : ProofResult;

    /// <summary>Well made, but without a nonce of ours: the client is to try again with the one it is given.</summary>
    public sealed record NonceRequired : ProofResult;

    /// <summary>There is no DPoP header.</summary>
    public sealed record Absent : ProofResult;
}

/// <summary>
/// Checks DPoP proofs (RFC 9449 §4.3), in this order: exactly one header; a well-formed JWS; <c>typ</c>; <c>alg</c> on
/// the list; a public <c>jwk</c>; the signature; <c>jti</c>, <c>htm</c>, <c>htu</c>, <c>iat</c> present and right;
/// <c>ath</c> of the token it comes with; the nonce; not seen before.
/// </summary>
public sealed class DpopProofs(ServerAddress address, DpopNonces nonces, SeenProofs seen, TimeProvider time)
{
    private const int LongestProofId = 256;

    private readonly SignedProofs signed = new();

    /// <param name="accessToken">The token the proof comes with, whose digest it must hold; null at the
    /// authorization server.</param>
    public ProofResult Check(HttpRequest request, NonceRole role, string? accessToken)
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

        return seen.TryAdd(proof.Key.Thumbprint, proof.Claims.Id!)
            ? new ProofResult.Proven(proof.Key.Thumbprint)
            : new ProofResult.Refused(
                "The proof was used before: make a new one, with a new jti, for each request."
            );
    }

    /// <summary>The key of a proof that may be left out.</summary>
    public (string? KeyThumbprint, OAuthFailure? Failure) CheckOptional(HttpRequest request) =>
        Check(request, NonceRole.AuthorizationServer, accessToken: null) switch
        {
            ProofResult.Absent => (null, null),
            ProofResult.Proven proven => (proven.KeyThumbprint, null),
            ProofResult.Refused refused => (null, OAuthFailure.InvalidProof(refused.Reason)),
            _ => (null, OAuthFailure.NonceRequired),
        };

    /// <summary>The key of a proof that must be sent (FAPI 2.0 SP §5.3.2.1 no. 4: no token without a key).</summary>
    public (string? KeyThumbprint, OAuthFailure? Failure) CheckRequired(HttpRequest request) =>
        CheckOptional(request) is var (key, failure) && key is null && failure is null
            ? (null, OAuthFailure.InvalidProof("A DPoP proof is required: every token is bound to a key."))
            : (key, failure);

    private string? CheckClaims(ProofClaims proof, HttpRequest request, string? accessToken)
    {
        var now = time.GetUtcNow();
        return proof.Id is not { Length: > 0 and <= LongestProofId } ? "The proof needs a jti."
            : proof.Method != request.Method ? $"The proof's htm must be {request.Method}."
            : !IsAddressOf(proof.Address, request) ? "The proof's htu must be the address of this request."
            : proof.IssuedAt is not { } issuedAt ? "The proof needs an iat."
            : issuedAt > now + AuthorizationServerOptions.ClockSkew
                ? $"The proof is {(issuedAt - now).TotalSeconds:0} s ahead of the server's clock: set yours by the Date header."
            : issuedAt < now - AuthorizationServerOptions.ProofAge
                ? $"The proof is {(now - issuedAt).TotalSeconds:0} s old: make one for each request, and set your clock by the Date header."
            : accessToken is not null && !Secrets.AreEqual(proof.TokenDigest, Secrets.HashOf(accessToken))
                ? "The proof's ath must be the SHA-256 of the access token."
            : null;
    }

    /// <summary>Scheme and host without case, the path as it came over the wire, query and fragment left aside.</summary>
    private bool IsAddressOf(string? htu, HttpRequest request)
    {
        var path = PathOf(request);
        return htu is not null && (IsSpelled(htu, path) || IsSame(htu, address.Origin + path.ToString()));
    }

    /// <summary>As nearly every client writes it: to the letter.</summary>
    private bool IsSpelled(string htu, ReadOnlySpan<char> path) =>
        htu.StartsWith(address.Origin, StringComparison.Ordinal)
        && htu.AsSpan(address.Origin.Length).SequenceEqual(path);

    private static bool IsSame(string htu, string own) =>
        Uri.TryCreate(htu, UriKind.Absolute, out var theirs)
        && Uri.TryCreate(own, UriKind.Absolute, out var ours)
        && theirs.GetLeftPart(UriPartial.Path) == ours.GetLeftPart(UriPartial.Path);

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
