using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Authorization;

/// <summary>
/// GET, PUT and DELETE /oauth/register/{client_id} (RFC 7592), on a sandbox. Checks, in order: a bearer token that is the
/// one this registration is managed with; an unknown app is answered in the same way · and to change it: a JSON object
/// with the required members · the client metadata (<see cref="ClientMetadata"/>, <see cref="CertificateMetadata"/>) ·
/// <c>client_id</c>, if sent, is this app's · nobody else changed it meanwhile. A change gives a new token and ends the
/// old one; it is answered when it counts on every node. A deleted app's consents end with it.
/// </summary>
public sealed class ClientManagementEndpoint(
    AppDirectory apps,
    EndedApps ended,
    Engine.Engine engine,
    WorldClocks clocks,
    ServerAddress address,
    SigningOptions signing,
    CertificateMetadata certificates
)
{
    public async Task<IResult> ReadAsync(HttpContext context, string clientId) =>
        await FindAsync(context, clientId) is { } app
            ? OAuthAnswers.Ok(
                ClientRegistrations.Show(
                    app.Row,
                    address,
                    signing.SigningAlgorithm,
                    await apps.FindLogoAsync(app),
                    ClientRegistrations.BearerOf(context.Request)
                )
            )
            : Unauthorized(context);

    public async Task<IResult> ChangeAsync(HttpContext context, string clientId)
    {
        if (await FindAsync(context, clientId) is not { } app)
        {
            return Unauthorized(context);
        }

        var (request, failure) = await ClientRegistrations.ReadAsync(
            context,
            signing.SigningAlgorithm,
            certificates
        );
        if (failure is null && request!.ClientId is { } named && named != clientId)
        {
            failure = new(400, "invalid_client_metadata", "client_id is another app's.");
        }

        if (failure is not null)
        {
            return OAuthAnswers.Failed(failure);
        }

        var token = Ids.NewSecret();
        var changed = ClientRegistrations.Apply(app.Row, request!) with
        {
            ManagementHash = Secrets.HashOf(token),
        };
        var logo = ClientLogos.Of(app.Row.Id, request!);
        var decision = await engine.SubmitAsync(
            new ChangeApp(app.World, clocks.RealNow, app.Row.ManagementHash, changed) { Logo = logo }
        );
        if (decision is not Accepted<AppRow> { Reply: var kept })
        {
            return Unauthorized(context);
        }

        await apps.ForgetEverywhereAsync(app.Row.Id);
        return OAuthAnswers.Ok(
            ClientRegistrations.Show(kept, address, signing.SigningAlgorithm, logo, token)
        );
    }

    public async Task<IResult> DeleteAsync(HttpContext context, string clientId)
    {
        var ends = await FindAsync(context, clientId) is { } app && await ended.EndAsync(app);
        return ends ? OAuthAnswers.Gone() : Unauthorized(context);
    }

    /// <summary>Read from the store: what a management token opens is never a memory.</summary>
    private async ValueTask<RegisteredApp?> FindAsync(HttpContext context, string clientId) =>
        ClientRegistrations.BearerOf(context.Request) is { } token
        && await apps.ReadAsync(clientId) is { } app
        && Secrets.AreEqual(Secrets.HashOf(token), app.Row.ManagementHash)
            ? app
            : null;

    private static IResult Unauthorized(HttpContext context) =>
        ClientRegistrations.Unauthorized(
            context,
            "Send the app's registration access token as a bearer token."
        );
}
