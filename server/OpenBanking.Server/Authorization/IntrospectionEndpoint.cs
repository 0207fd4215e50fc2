using OpenBanking.Server.Consents;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Security;

namespace OpenBanking.Server.Authorization;

/// <summary>
/// POST /oauth/introspect (RFC 7662). Checks, in order: a form without repeated parameters · the client · it is
/// registered as a resource server · a <c>token</c> · its assertion not used before. What is not an access token of this
/// server and of the resource server's own world, and what has expired, was taken back or lost its consent or its
/// certificate, is <c>active: false</c> and nothing more: of a certificate that an authority issued the digest alone is
/// known, and the API says what became of it. Scopes and details are those that the API would take: of what the app is no
/// longer registered for nothing is said. Refresh tokens are no resource server's business.
/// </summary>
public sealed class IntrospectionEndpoint(
    ClientAuthentication clients,
    AccessTokens tokens,
    LiveTokens liveTokens,
    PairwiseIds pairwise,
    ServerAddress address,
    Engine.Engine engine,
    TimeProvider time
)
{
    public async Task<IResult> HandleAsync(HttpContext context)
    {
        var (form, formFailure) = await OAuthForm.ReadAsync(context);
        if (form is null)
        {
            return OAuthAnswers.Failed(formFailure!);
        }

        var (client, clientFailure) = await clients.AuthenticateAsync(context, form);
        if (client is null)
        {
            return OAuthAnswers.Failed(clientFailure!);
        }

        if (!client.App.Scopes.Contains(Scopes.Introspection))
        {
            return await clients.RefuseAsync(
                client,
                new(403, "unauthorized_client", "Only resource servers may ask what a token is.")
            );
        }

        if (form["token"] is not { } token)
        {
            return await clients.RefuseAsync(client, OAuthFailure.InvalidRequest("token is missing."));
        }

        return await client.UseAssertionAsync(engine, time.GetUtcNow()) is { } used
            ? OAuthAnswers.Failed(used)
            : OAuthAnswers.Ok(await DescribeAsync(client, token));
    }

    private async ValueTask<TokenIntrospection> DescribeAsync(AuthenticatedClient client, string text) =>
        tokens.Read(text) is { } token
        && await liveTokens.FindAsync(token, certificate: null) is ({ } live, _)
        && live.App.World == client.App.World
            ? Describe(token, live)
            : new() { Active = false };

    private TokenIntrospection Describe(AccessToken token, LiveToken live)
    {
        var partner = live.App.Row.PartnerId;
        var details = live.Consent is null
            ? null
            : GrantedDetails.Registered(AuthorizationDetails.Read(live.Consent.Details), live.App);
        var scopes = token.Scopes.Where(live.App.Scopes.Contains).ToArray();
        var scope = string.Join(' ', details is null ? scopes : DetailScopes.Narrow(scopes, details));
        return new()
        {
            Active = true,
            Iss = address.Issuer,
            Aud = address.Issuer,
            Sub = live.Consent is { } consent ? pairwise.Format(partner, consent.CustomerId) : token.ClientId,
            ClientId = token.ClientId,
            Scope = scope is "" ? null : scope,
            TokenType = token.Binding.TokenType,
            Iat = token.IssuedAt.ToUnixTimeSeconds(),
            Exp = token.ExpiresAt.ToUnixTimeSeconds(),
            Jti = token.TokenId,
            Cnf = token.Binding.IsCertificate
                ? new() { CertificateDigest = token.Binding.Thumbprint }
                : new() { Jkt = token.Binding.Thumbprint },
            ConsentId = live.Consent?.Id.ToString(),
            AuthorizationDetails = live.Consent is null
                ? null
                : ConsentApi.ShowGranted(live.Consent, id => pairwise.Format(partner, id), details),
        };
    }
}
