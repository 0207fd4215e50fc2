using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.Net.Http.Headers;
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
            ? header[Bearer.Length..].TrimStart(' ')
            : null;

    /// <summary>Refuses a request whose bearer token is not the one that is needed.</summary>
    public static IResult Unauthorized(HttpContext context, string description)
    {
        // RFC 6750 §3.1: who sent nothing is told of no error.
        context.Response.Headers.WWWAuthenticate =
            context.Request.Headers.Authorization.Count == 0 ? "Bearer" : "Bearer error=\"invalid_token\"";
        return OAuthAnswers.Failed(new(401, "invalid_token", description));
    }

    /// <summary>Reads a registration, and checks what it asks for: JSON in UTF-8 (RFC 7591 §3.1), and nothing else.</summary>
    public static async Task<(ClientRegistrationRequest?, OAuthFailure?)> ReadAsync(
        HttpContext context,
        string signingAlgorithm,
        CertificateMetadata certificates
    ) =>
        IsJson(context.Request)
            ? Read(
                await BytesOfAsync(context.Request.Body, context.RequestAborted),
                signingAlgorithm,
                certificates
            )
            : (null, Refuse("Send application/json in UTF-8."));

    /// <summary>The same for a file, which may begin with a byte order mark.</summary>
    public static async Task<(ClientRegistrationRequest?, OAuthFailure?)> ReadAsync(
        Stream file,
        string signingAlgorithm,
        CertificateMetadata certificates,
        CancellationToken cancellationToken
    )
    {
        var bytes = await BytesOfAsync(file, cancellationToken);
        return Read(
            bytes.Span.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes,
            signingAlgorithm,
            certificates
        );
    }

    private static bool IsJson(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && OAuthForm.IsUtf8(type);

    private static async Task<ReadOnlyMemory<byte>> BytesOfAsync(
        Stream stream,
        CancellationToken cancellationToken
    )
    {
        using var buffer = new MemoryStream();
        await stream.CopyToAsync(buffer, cancellationToken);
        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }

    private static (ClientRegistrationRequest?, OAuthFailure?) Read(
        ReadOnlyMemory<byte> bytes,
        string signingAlgorithm,
        CertificateMetadata certificates
    )
    {
        if (!Utf8.IsValid(bytes.Span))
        {
            return (null, Refuse(JsonShape.NoUtf8));
        }

        try
        {
            using var document = JsonDocument.Parse(bytes, JsonShape.Strict);
            var shape = ResponseJson.Default.ClientRegistrationRequest;
            // Members this server does not know are ignored (RFC 7591 §2).
            var wrong = JsonShape
                .Check(document.RootElement, shape)
                .Find(error => error.Code != JsonShape.UnknownField);
            if (wrong is not null)
            {
                return (null, Refuse(wrong));
            }

            var request = document.Deserialize(shape)!;
            return (request, ClientMetadata.Check(request, signingAlgorithm) ?? certificates.Check(request));
        }
        catch (InvalidOperationException)
        {
            return (null, Refuse("A text holds half a surrogate pair, which is no text."));
        }
        catch (JsonException failure)
        {
            return (
                null,
                failure.Path is null
                    ? Refuse(JsonShape.WhatIsWrong(bytes.Span, failure))
                    : Refuse(JsonShape.WrongType(failure))
            );
        }
    }

    /// <summary>RFC 7591 §3.2.2 has a code of its own for addresses that are wrong.</summary>
    private static OAuthFailure Refuse(ProblemError wrong) =>
        wrong.Pointer.Length == 0 ? Refuse(wrong.Detail)
        : ClientMetadata.IsAddress(wrong.Pointer)
            ? ClientMetadata.RefuseAddress($"{wrong.Pointer}: {wrong.Detail}")
        : Refuse($"{wrong.Pointer}: {wrong.Detail}");

    private static OAuthFailure Refuse(string description) =>
        new(400, "invalid_client_metadata", description);

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
            Scope = string.Join(' ', request.Scope is { } scope ? ScopeText.Read(scope) : Scopes.All),
            GrantTypes = string.Join(' ', ClientMetadata.GrantsOf(request).Distinct()),
            AuthorizationDetailsTypes = string.Join(
                ' ',
                request.AuthorizationDetailsTypes?.Distinct()
                    ?? (resourceServer ? [] : AuthorizationDetails.Types)
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
    /// <param name="managementToken">The token it is managed with, which is kept as a hash alone: as it was just made, or
    /// presented. Null when the bank alone manages it.</param>
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
            ResponseTypes = app.GrantTypes.Split(' ').Contains(Grants.AuthorizationCode) ? ["code"] : [],
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
}
