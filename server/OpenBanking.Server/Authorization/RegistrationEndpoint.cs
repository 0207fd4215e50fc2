using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Authorization;

/// <summary>
/// POST /oauth/register (RFC 7591), on a sandbox. Checks, in order: a bearer token that is a valid initial access
/// token · a JSON object with the required members · the client metadata
/// (<see cref="ClientMetadata"/>, <see cref="CertificateMetadata"/>).
/// </summary>
public sealed class RegistrationEndpoint(
    Store store,
    Engine.Engine engine,
    ServerAddress address,
    SigningOptions signing,
    CertificateMetadata certificates,
    Ids ids,
    TimeProvider time
)
{
    public async Task<IResult> HandleAsync(HttpContext context)
    {
        var now = time.GetUtcNow();
        if (await FindTokenAsync(context.Request, now) is not { } token)
        {
            return ClientRegistrations.Unauthorized(
                context,
                "Send the initial access token of your sandbox as a bearer token."
            );
        }

        var (request, failure) = await ClientRegistrations.ReadAsync(
            context,
            signing.SigningAlgorithm,
            certificates
        );
        if (failure is not null)
        {
            return OAuthAnswers.Failed(failure);
        }

        var managementToken = Ids.NewSecret();
        var app = ClientRegistrations.New(
            ids,
            token.PartnerId,
            request!,
            Secrets.HashOf(managementToken),
            now
        );
        var world = new World(token.WorldNumber);
        var logo = ClientLogos.Of(app.Id, request!);
        await engine.SubmitAsync(new AddApp(world, now, app) { Logo = logo });
        await engine.SubmitAsync(new PlaceApp(now, new() { Id = app.Id, WorldNumber = token.WorldNumber }));
        return OAuthAnswers.Ok(
            ClientRegistrations.Show(app, address, signing.SigningAlgorithm, logo, managementToken),
            StatusCodes.Status201Created
        );
    }

    private async ValueTask<InitialAccessTokenRow?> FindTokenAsync(HttpRequest request, DateTimeOffset now) =>
        ClientRegistrations.BearerOf(request) is { } bearer
        && await store.FindAsync(
            PartnerTables.InitialAccessTokens,
            World.Live,
            new HashKey(Secrets.HashOf(bearer))
        )
            is { } token
        && now < token.ExpiresAt
            ? token
            : null;
}
