using System.Text.Json;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Partners;

namespace OpenBanking.Server.Authorization;

/// <summary>Reads and shows registrations of apps, for their making (RFC 7591) and their management (RFC 7592).</summary>
public static class ClientRegistrations
{
    private const string Bearer = "Bearer ";

    /// <summary>The bearer token of a request; null unless there is exactly one.</summary>
    public static string? BearerOf(HttpRequest request) =>
        request.Headers.Authorization is [{ } header]
        && header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? header[Bearer.Length..]
            : null;

    /// <summary>Refuses a request whose bearer token is not the one that is needed.</summary>
    public static IResult Unauthorized(HttpContext context, string description)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
        return OAuthAnswers.Failed(new(401, "invalid_token", description));
    }

    /// <summary>Reads a registration, and checks what it asks for.</summary>
    public static async Task<(ClientRegistrationRequest?, OAuthFailure?)> ReadAsync(
        HttpContext context,
        string signingAlgorithm,
        CertificateMetadata certificates
    ) =>
        context.Request.HasJsonContentType()
            ? await ReadAsync(context.Request.Body, signingAlgorithm, certificates, context.RequestAborted)
            : (null, new(400, "invalid_client_metadata", "Send application/json."));

    /// <inheritdoc cref="ReadAsync(HttpContext, string, CertificateMetadata)"/>
    public static async Task<(ClientRegistrationRequest?, OAuthFailure?)> ReadAsync(
        Stream body,
        string signingAlgorithm,
        CertificateMetadata certificates,
        CancellationToken cancellationToken
    )
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(
                body,
                new JsonDocumentOptions { AllowDuplicateProperties = false },
                cancellationToken
            );
            var request = document.Deserialize(ResponseJson.Default.ClientRegistrationRequest);
            return request is null
                ? (null, Unreadable("a JSON object is expected."))
                : (request, ClientMetadata.Check(request, signingAlgorithm) ?? certificates.Check(request));
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return (
                null,
                Unreadable(
                    failure is JsonException { Path: { Length: > 1 } path }
                        ? $"{path} is wrong."
                        : "it is not valid JSON, names a member twice, or a required member is missing."
                )
            );
        }
    }

    /// <summary>A new app of a partner.</summary>
    /// <param name="managementHash">Of the token it is managed with; null when the bank alone manages it.</param>
    public static AppRow New(
        Ids ids,
        Id<PartnerRow> partner,
        ClientRegistrationRequest request,
        string? managementHash,
        DateTimeOffset now
    ) =>
        Apply(
            new()
            {
                Id = ids.New<AppRow>(),
                PartnerId = partner,
                Name = "",
                Scene = "",
                Scope = "",
                GrantTypes = "",
                AuthorizationDetailsTypes = "",
                RedirectUris = "",
                Jwks = "",
                WebhookEndpoints = 0,
                CreatedAt = now,
                ManagementHash = managementHash,
            },
            request
        );

    /// <summary>The app with what a registration says; what it leaves out is as by default.</summary>
    public static AppRow Apply(AppRow app, ClientRegistrationRequest request)
    {
        var resourceServer = ClientMetadata.IsResourceServer(request);
        return CertificateMetadata.Apply(app, request) with
        {
            Name = request.ClientName,
            Scene = request.Scene ?? Scenes.Other,
            Scope = request.Scope ?? string.Join(' ', Scopes.All),
            GrantTypes = string.Join(' ', ClientMetadata.GrantsOf(request)),
            AuthorizationDetailsTypes = string.Join(
                ' ',
                request.AuthorizationDetailsTypes ?? (resourceServer ? [] : [.. AuthorizationDetails.Types])
            ),
            RedirectUris = JsonSerializer.Serialize(request.RedirectUris),
            PostLogoutRedirectUris = request.PostLogoutRedirectUris is { } uris
                ? JsonSerializer.Serialize(uris)
                : null,
            Jwks = JsonSerializer.Serialize(request.Jwks, ResponseJson.Default.JsonWebKeySetDocument),
            Logo = ClientLogos.Of(app.Id, request) is { } logo ? ClientLogos.DigestOf(logo.Content) : null,
        };
    }

    /// <param name="logo">The app's, if it has one.</param>
    /// <param name="managementToken">The token it is managed with, when it has just been made.</param>
    public static ClientRegistration Show(
        AppRow app,
        ServerAddress address,
        string signingAlgorithm,
        AppLogoRow? logo,
        string? managementToken
    ) =>
        new()
        {
            ClientId = app.Id.ToString(),
            ClientIdIssuedAt = app.CreatedAt.ToUnixTimeSeconds(),
            ClientName = app.Name,
            RedirectUris = ClientMetadata.ReadList(app.RedirectUris),
            PostLogoutRedirectUris = app.PostLogoutRedirectUris is { } uris
                ? ClientMetadata.ReadList(uris)
                : null,
            LogoUri = ClientLogos.UriOf(logo),
            Jwks = JsonSerializer.Deserialize(app.Jwks, ResponseJson.Default.JsonWebKeySetDocument)!,
            TokenEndpointAuthMethod = app.AuthenticationMethod ?? ClientMetadata.AuthenticationMethod,
            TlsClientAuthSubjectDn = SubjectOf(app, CertificateSubjects.Dn),
            TlsClientAuthSanDns = SubjectOf(app, CertificateSubjects.SanDns),
            TlsClientAuthSanUri = SubjectOf(app, CertificateSubjects.SanUri),
            TlsClientAuthSanIp = SubjectOf(app, CertificateSubjects.SanIp),
            TlsClientAuthSanEmail = SubjectOf(app, CertificateSubjects.SanEmail),
            TlsClientCertificateBoundAccessTokens = app.CertificateBoundTokens ? true : null,
            ResponseTypes = ["code"],
            GrantTypes = app.GrantTypes.Split(' '),
            Scope = app.Scope,
            AuthorizationDetailsTypes = app.AuthorizationDetailsTypes.Split(
                ' ',
                StringSplitOptions.RemoveEmptyEntries
            ),
            IdTokenSignedResponseAlg = signingAlgorithm,
            DpopBoundAccessTokens = !app.CertificateBoundTokens,
            RequirePushedAuthorizationRequests = true,
            Scene = app.Scene,
            RegistrationClientUri = app.ManagementHash is null
                ? null
                : $"{address.Issuer}/oauth/register/{app.Id}",
            RegistrationAccessToken = managementToken,
        };

    private static string? SubjectOf(AppRow app, string kind) =>
        app.CertificateSubjectKind == kind ? app.CertificateSubject : null;

    private static OAuthFailure Unreadable(string why) =>
        new(400, "invalid_client_metadata", $"client_name, redirect_uris and jwks are required: {why}");
}
