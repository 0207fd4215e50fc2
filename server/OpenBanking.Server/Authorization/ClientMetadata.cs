using System.Text.Json;
using OpenBanking.Server.Http;

namespace OpenBanking.Server.Authorization;

/// <summary>
/// Checks what an app wants to be registered with (RFC 7591 §2), in this order: the name; the logo, by value
/// (<see cref="ClientLogos"/>); redirect addresses, https or loopback, without fragment or user, as URIs are written
/// (<see cref="RedirectAddresses"/>), one at least for who uses the code grant; those for after signing out, likewise;
/// keys by value (<see cref="ClientKeySets"/>); the id token's algorithm; response and grant types; scope, where
/// <c>introspection</c> stands alone; details types; the scene. How it authenticates comes after that
/// (<see cref="CertificateMetadata"/>).
/// </summary>
public static class ClientMetadata
{
    public const string AuthenticationMethod = "private_key_jwt";
    private const int MostRedirectUris = 10;
    private const int LongestRedirectUri = 512;
    private const string RedirectUris = "redirect_uris";
    private const string PostLogoutRedirectUris = "post_logout_redirect_uris";

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
                ?? ClientKeySets.Check(request)
                ?? CheckOnly(
                    request.IdTokenSignedResponseAlg,
                    signingAlgorithm,
                    "id_token_signed_response_alg"
                )
                ?? CheckResponseTypes(request)
                ?? CheckAmong(request.GrantTypes, Grants.All, "grant_types")
                ?? CheckScope(request)
                ?? CheckDetailsTypes(request)
                ?? (
                    request.Scene is { } scene && !Scenes.All.Contains(scene)
                        ? Refuse($"scene must be one of {string.Join(", ", Scenes.All)}.")
                        : null
                );

    /// <summary>A resource server asks what tokens are, and does nothing else.</summary>
    public static bool IsResourceServer(ClientRegistrationRequest request) =>
        request.Scope is { } scope && ScopeText.Read(scope) is [Scopes.Introspection];

    /// <summary>The grants it asks for, or those it gets by default.</summary>
    public static IReadOnlyList<string> GrantsOf(ClientRegistrationRequest request) =>
        request.GrantTypes ?? (IsResourceServer(request) ? [Grants.ClientCredentials] : Grants.All);

    /// <summary>Whether a place in a registration is of an address that customers are sent to.</summary>
    public static bool IsAddress(string pointer) =>
        pointer.Split('/') is ["", RedirectUris or PostLogoutRedirectUris, _, ..];

    public static OAuthFailure RefuseAddress(string description) =>
        new(400, "invalid_redirect_uri", description);

    private static OAuthFailure? CheckRedirectUris(ClientRegistrationRequest request)
    {
        var least = HasCustomers(request) ? 1 : 0;
        return CheckAddresses(RedirectUris, request.RedirectUris, least, RedirectAddresses.OfResponse)
            ?? CheckAddresses(PostLogoutRedirectUris, request.PostLogoutRedirectUris ?? [], 0, ["state"]);
    }

    private static OAuthFailure? CheckAddresses(
        string name,
        IReadOnlyList<string> uris,
        int least,
        string[] ours
    ) =>
        uris.Count < least || uris.Count > MostRedirectUris
            ? RefuseAddress($"{name} must hold {least} to {MostRedirectUris} addresses.")
        : uris.Select((uri, i) => ExpectedOf(uri, ours) is { } expected ? $"/{name}/{i}: {expected}" : null)
            .FirstOrDefault(wrong => wrong is not null)
            is { } reason
            ? RefuseAddress(reason)
        : null;

    /// <summary>FAPI 2.0 SP §5.3.2.2 no. 8: no plain http but on loopback. Visible ASCII only (RFC 3986): the address
    /// goes into headers as it is.</summary>
    private static string? ExpectedOf(string? text, string[] ours) =>
        text is null or { Length: > LongestRedirectUri }
            ? $"At most {LongestRedirectUri} characters are expected."
        : text.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? "Visible ASCII characters are expected, escaped as RFC 3986 has it."
        : !Uri.TryCreate(text, UriKind.Absolute, out var uri)
        || !(uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && Loopback.Has(uri)))
            ? "An https address is expected; http on loopback only."
        : text.Contains('#') ? "An address without a fragment is expected."
        : uri.UserInfo.Length > 0 ? "An address without a user is expected."
        : RedirectAddresses.ExpectedOf(text, ours);

    private static OAuthFailure? CheckScope(ClientRegistrationRequest request)
    {
        if (IsResourceServer(request))
        {
            return request.GrantTypes is null or [Grants.ClientCredentials]
                ? null
                : Refuse(
                    $"grant_types of a resource server, which has the scope {Scopes.Introspection}, must be "
                        + $"{Grants.ClientCredentials}."
                );
        }

        var scopes = request.Scope is { } text ? ScopeText.Read(text) : null;
        return scopes?.Contains(Scopes.Introspection) is true
            ? Refuse(
                $"The scope {Scopes.Introspection} stands alone: it is a resource server's, which is no app."
            )
            : CheckAmong(scopes, Scopes.All, "scope");
    }

    /// <summary>Without the code grant there are none (RFC 7591 §2.1).</summary>
    private static OAuthFailure? CheckResponseTypes(ClientRegistrationRequest request) =>
        request.ResponseTypes is [] && !HasCustomers(request)
            ? null
            : CheckAmong(request.ResponseTypes, ["code"], "response_types");

    /// <summary>Who asks no customer may have none, as resource servers do.</summary>
    private static OAuthFailure? CheckDetailsTypes(ClientRegistrationRequest request) =>
        request.AuthorizationDetailsTypes is [] && !HasCustomers(request)
            ? null
            : CheckAmong(
                request.AuthorizationDetailsTypes,
                AuthorizationDetails.Types,
                "authorization_details_types"
            );

    private static bool HasCustomers(ClientRegistrationRequest request) =>
        GrantsOf(request).Contains(Grants.AuthorizationCode);

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
            : Refuse($"{name} must hold one or more of {string.Join(", ", allowed)}, and nothing else.");

    private static OAuthFailure Refuse(string description) =>
        new(400, "invalid_client_metadata", description);
}
