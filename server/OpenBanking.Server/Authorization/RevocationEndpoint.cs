using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Authorization;

/// <summary>
/// POST /oauth/revoke (RFC 7009). Checks, in order: a form without repeated parameters · the client · a <c>token</c> ·
/// it is a refresh token or a valid access token; anything else, unknown or expired, is answered as if it had been taken
/// back · it is this client's own. <c>token_type_hint</c> is not needed. 200 is said when the token is dead on every
/// node and stays so; a store that fails is 503.
/// </summary>
public sealed class RevocationEndpoint(
    ClientAuthentication clients,
    AccessTokens tokens,
    AppDirectory apps,
    Store store,
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

        return form["token"] is not { } token
            ? await clients.RefuseAsync(client, OAuthFailure.InvalidRequest("token is missing."))
            : await RevokeAsync(client, token);
    }

    private async Task<IResult> RevokeAsync(AuthenticatedClient client, string text)
    {
        var world = client.App.World;
        var refreshToken = await store.FindAsync(
            AuthorizationTables.RefreshTokens,
            world,
            new HashKey(Secrets.HashOf(text))
        );
        var accessToken = refreshToken is null ? tokens.Read(text) : null;
        if (
            (refreshToken is not null && refreshToken.AppId != client.App.Row.Id)
            || (accessToken is not null && accessToken.ClientId != client.App.Row.Id.ToString())
        )
        {
            return await clients.RefuseAsync(
                client,
                OAuthFailure.InvalidGrant("The token is another client's.")
            );
        }

        var now = time.GetUtcNow();
        Command<Done>? command =
            refreshToken is not null
                ? new RevokeRefreshToken(world, now, client.Assertion, refreshToken.ConsentId)
            : accessToken is not null
                ? new RevokeAccessToken(
                    world,
                    now,
                    client.Assertion,
                    RevocationRules.RevokedOf(accessToken),
                    client.App.Row.Id,
                    accessToken.ConsentId
                )
            : null;
        var failure =
            command is null ? await client.UseAssertionAsync(engine, now)
            : await engine.SubmitAsync(command) is Rejected<Done> rejected
                ? OAuthFailure.From(rejected.Refusal)
            : null;
        if (failure is not null)
        {
            return await clients.RefuseAsync(client, failure);
        }

        if (accessToken is { ConsentId: null })
        {
            // The app's own tokens hang on what nodes remember of the app.
            await apps.ForgetEverywhereAsync(client.App.Row.Id);
        }

        return OAuthAnswers.Empty();
    }
}
