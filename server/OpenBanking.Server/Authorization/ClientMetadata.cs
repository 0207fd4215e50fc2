using System.Text.Json;
using OpenBanking.Server.Http;

namespace OpenBanking.Server.Authorization;

/// <summary>
/// Checks what an app wants to be registered with (RFC 7591 §2), in this order: the name; the logo, by value
/// (<see cref="ClientLogos"/>); redirect addresses, https or loopback, without fragment, one at least for who uses the
/// code grant; those for after signing out, likewise; keys by
/// value, public, of the allowed kinds, with unique ids; the id token's algorithm; response and grant types; scope, where
/// <c>introspection</c> stands alone; details types; the scene. How it authenticates comes after that
/// (<see cref="CertificateMetadata"/>).
/// </summary>
public static class ClientMetadata
{
    public const string AuthenticationMethod = "private_key_jwt";
    private const int MostRedirectUris = 10;
    private const int LongestRedirectUri = 512;
    private const int MostKeys = 10;

    /// <summary>Reads a list that was stored as JSON.</summary>
    public static IReadOnlyList<string> ReadList(string stored) =>
        JsonSerializer.Deserialize<string[]>(stored)!;

    public static OAuthFailure? Check(ClientRegistrationRequest request, string signingAlgorithm) =>
        !ShownText.IsName(request.ClientName, WireText.Name.Longest)
            ? Refuse(
                $"client_name must be 1 to {WireText.Name.Longest} characters that can be seen, a letter, digit or symbol among "
                    + "them, with no space at the ends."
            )
            : ClientLogos.Check(request.LogoUri)
                ?? CheckRedirectUris(request)
                ?? CheckKeys(request)
                ?? CheckOnly(
                    request.IdTokenSignedResponseAlg,
                    signingAlgorithm,
                    "id_token_signed_response_alg"
                )
                ?? CheckAmong(request.ResponseTypes, ["code"], "response_types")
                ?? CheckAmong(request.GrantTypes, Grants.All, "grant_types")
                ?? (
                    IsResourceServer(request)
                        ? CheckAmong(request.GrantTypes, [Grants.ClientCredentials], "grant_types")
                        : CheckAmong(request.Scope?.Split(' '), Scopes.All, "scope")
                )
                ?? CheckAmong(
                    request.AuthorizationDetailsTypes,
                    AuthorizationDetails.Types,
                    "authorization_details_types"
                )
                ?? CheckAmong(request.Scene is { } scene ? [scene] : null, Scenes.All, "scene");

    /// <summary>A resource server asks what tokens are, and does nothing else.</summary>
    public static bool IsResourceServer(ClientRegistrationRequest request) =>
        request.Scope == Scopes.Introspection;

    /// <summary>The grants it asks for, or those it gets by default.</summary>
    public static IReadOnlyList<string> GrantsOf(ClientRegistrationRequest request) =>
        request.GrantTypes ?? (IsResourceServer(request) ? [Grants.ClientCredentials] : Grants.All);

    private static OAuthFailure? CheckRedirectUris(ClientRegistrationRequest request)
    {
        var least = GrantsOf(request).Contains(Grants.AuthorizationCode) ? 1 : 0;
        var afterwards = request.PostLogoutRedirectUris ?? [];
        return request.RedirectUris.Count < least || !AreAllowed(request.RedirectUris)
                ? RefuseAddresses("redirect_uris", least)
            : !AreAllowed(afterwards) ? RefuseAddresses("post_logout_redirect_uris", 0)
            : null;
    }

    private static OAuthFailure RefuseAddresses(string name, int least) =>
        new(
            400,
            "invalid_redirect_uri",
            $"{name} must be {least} to {MostRedirectUris} https addresses in ASCII, without a fragment; http on loopback only."
        );

    private static bool AreAllowed(IReadOnlyList<string> uris) =>
        uris.Count <= MostRedirectUris && uris.All(IsAllowed);

    /// <summary>FAPI 2.0 SP §5.3.2.2 no. 8: no plain http but on loopback. Visible ASCII only (RFC 3986): the address
    /// goes into headers as it is.</summary>
    private static bool IsAllowed(string text) =>
        text is { Length: <= LongestRedirectUri }
        && !text.AsSpan().ContainsAnyExceptInRange('!', '~')
        && Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
        && uri.Fragment.Length == 0
        && !text.Contains('#')
        && uri.UserInfo.Length == 0;

    private static OAuthFailure? CheckKeys(ClientRegistrationRequest request)
    {
        if (request.JwksUri is not null)
        {
            return Refuse("Register keys by value, in jwks: jwks_uri is not taken.");
        }

        var keys = request.Jwks.Keys;
        var ids = keys.Select(key => key?.Kid).OfType<string>().ToList();
        return keys.Count is 0 or > MostKeys || ids.Distinct().Count() != ids.Count || !keys.All(IsAllowed)
            ? Refuse(
                "jwks must hold 1 to 10 public keys with different kid: P-256 for ES256, or RSA of 2048 to 4096 bits for PS256."
            )
            : null;
    }

    private static bool IsAllowed(JsonWebKeyDocument? key) =>
        key is { Use: null or "sig" }
        && PublicKey.Read(JsonSerializer.SerializeToElement(key, ResponseJson.Default.JsonWebKeyDocument))
            is not null;

    private static OAuthFailure? CheckOnly(string? value, string only, string name) =>
        value is null || value == only ? null : Refuse($"{name} must be {only}.");

    private static OAuthFailure? CheckAmong(
        IReadOnlyList<string>? values,
        IReadOnlyCollection<string> allowed,
        string name
    ) =>
        values is null
        || (values.Count > 0 && values.All(value => value is not null && allowed.Contains(value)))
            ? null
            : Refuse($"{name} may hold {string.Join(", ", allowed)}.");

    private static OAuthFailure Refuse(string description) =>
        new(400, "invalid_client_metadata", description);
}
