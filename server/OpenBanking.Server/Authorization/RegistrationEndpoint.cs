using System.Text.Json;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Authorization;

/// <summary>
/// POST /oauth/register (RFC 7591), on a sandbox. Checks, in order: a bearer token that is a valid initial access
/// token · a JSON object with the required members · the client metadata (<see cref="ClientMetadata"/>).
/// </summary>
public sealed class RegistrationEndpoint(Store store, Engine.Engine engine, Ids ids, TimeProvider time)
{
    private const string Bearer = "Bearer ";

    public async Task<IResult> HandleAsync(HttpContext context)
    {
        var now = time.GetUtcNow();
        if (await FindTokenAsync(context.Request, now) is not { } token)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
            return OAuthAnswers.Failed(
                new(401, "invalid_token", "Send the initial access token of your sandbox as a bearer token.")
            );
        }

        var (request, failure) = await ReadAsync(context);
        failure ??= ClientMetadata.Check(request!);
        if (failure is not null)
        {
            return OAuthAnswers.Failed(failure);
        }

        var app = NewApp(request!, token, now);
        var world = new World(token.WorldNumber);
        await engine.SubmitAsync(new AddApp(world, now, app));
        await engine.SubmitAsync(new PlaceApp(now, new() { Id = app.Id, WorldNumber = token.WorldNumber }));
        return OAuthAnswers.Ok(Show(app), StatusCodes.Status201Created);
    }

    private async ValueTask<InitialAccessTokenRow?> FindTokenAsync(HttpRequest request, DateTimeOffset now) =>
        request.Headers.Authorization is [{ } header]
        && header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
        && await store.FindAsync(
            PartnerTables.InitialAccessTokens,
            World.Live,
            new HashKey(Secrets.HashOf(header[Bearer.Length..]))
        )
            is { } token
        && now < token.ExpiresAt
            ? token
            : null;

    private static async Task<(ClientRegistrationRequest?, OAuthFailure?)> ReadAsync(HttpContext context)
    {
        if (!context.Request.HasJsonContentType())
        {
            return (null, new(400, "invalid_client_metadata", "Send application/json."));
        }

        try
        {
            var request = await JsonSerializer.DeserializeAsync(
                context.Request.Body,
                ResponseJson.Default.ClientRegistrationRequest,
                context.RequestAborted
            );
            return request is null ? (null, Unreadable("a JSON object is expected.")) : (request, null);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return (
                null,
                Unreadable(
                    failure is JsonException { Path: { Length: > 1 } path }
                        ? $"{path} is wrong."
                        : "it is not valid JSON, or a required member is missing."
                )
            );
        }
    }

    private static OAuthFailure Unreadable(string why) =>
        new(400, "invalid_client_metadata", $"client_name, redirect_uris and jwks are required: {why}");

    private AppRow NewApp(
        ClientRegistrationRequest request,
        InitialAccessTokenRow token,
        DateTimeOffset now
    ) =>
        new()
        {
            Id = ids.New<AppRow>(),
            PartnerId = token.PartnerId,
            Name = request.ClientName,
            Scene = request.Scene ?? "other",
            Scope = request.Scope ?? string.Join(' ', Scopes.All),
            GrantTypes = string.Join(' ', request.GrantTypes ?? Grants.All),
            AuthorizationDetailsTypes = string.Join(
                ' ',
                request.AuthorizationDetailsTypes ?? [.. AuthorizationDetails.Types]
            ),
            RedirectUris = JsonSerializer.Serialize(request.RedirectUris),
            Jwks = JsonSerializer.Serialize(request.Jwks, ResponseJson.Default.JsonWebKeySetDocument),
            WebhookEndpoints = 0,
            CreatedAt = now,
        };

    private static ClientRegistration Show(AppRow app) =>
        new()
        {
            ClientId = app.Id.ToString(),
            ClientIdIssuedAt = app.CreatedAt.ToUnixTimeSeconds(),
            ClientName = app.Name,
            RedirectUris = ClientMetadata.ReadList(app.RedirectUris),
            Jwks = JsonSerializer.Deserialize(app.Jwks, ResponseJson.Default.JsonWebKeySetDocument)!,
            TokenEndpointAuthMethod = ClientMetadata.AuthenticationMethod,
            ResponseTypes = ["code"],
            GrantTypes = app.GrantTypes.Split(' '),
            Scope = app.Scope,
            AuthorizationDetailsTypes = app.AuthorizationDetailsTypes.Split(' '),
            IdTokenSignedResponseAlg = PublicKey.Es256,
            DpopBoundAccessTokens = true,
            RequirePushedAuthorizationRequests = true,
            Scene = app.Scene,
        };
}
