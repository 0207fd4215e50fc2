using System.Text.Json;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Tests.Bench;

/// <summary>One partner with one app, and customers with funded accounts and wide agreements: written through the
/// engine, so that the books balance.</summary>
public sealed record BenchData(ClientKey Key, string ClientId, IReadOnlyList<string> AgreementIds)
{
    private const int Customers = 2_000;
    private const int AtOnce = 200;
    private const long Balance = 1_000_000;

    /// <param name="settings">Of the server that writes them, such as where its store is.</param>
    public static async Task<BenchData> WriteAsync(Uri address, string folder, params string[] settings)
    {
        await using var server = await TestServer.StartAsync(dataFolder: folder, settings: settings);
        var engine = server.Get<Engine>();
        var ids = server.Get<Ids>();
        var now = DateTimeOffset.UtcNow;
        var world = new World(1);
        var key = ClientKey.CreateEs256();
        var app = NewApp(ids, key, address, now);
        await engine.SubmitAsync(new AddApp(world, now, app));
        await engine.SubmitAsync(new PlaceApp(now, new() { Id = app.Id, WorldNumber = world.Number }));
        var agreements = new List<string>();
        for (var i = 0; i < Customers; i += AtOnce)
        {
            var funded = Enumerable
                .Range(0, AtOnce)
                .Select(_ => AddFunded.New(ids, world, now, app.Id, app.PartnerId, Balance))
                .ToList();
            await Task.WhenAll(funded.Select(engine.SubmitAsync));
            agreements.AddRange(funded.Select(customer => customer.Agreement.Id.ToString()));
        }

        return new(key, app.Id.ToString(), agreements);
    }

    private static AppRow NewApp(Ids ids, ClientKey key, Uri address, DateTimeOffset now) =>
        new()
        {
            Id = ids.New<AppRow>(),
            PartnerId = ids.New<PartnerRow>(),
            Name = "Bench",
            Scene = "other",
            Scope = string.Join(' ', Scopes.All),
            GrantTypes = "client_credentials authorization_code",
            AuthorizationDetailsTypes = "account_information payment_agreement",
            RedirectUris = JsonSerializer.Serialize(new[] { address.ToString() }),
            Jwks = JsonSerializer.Serialize(
                new JsonWebKeySetDocument { Keys = [key.PublicJwk] },
                ResponseJson.Default.JsonWebKeySetDocument
            ),
            WebhookEndpoints = 0,
            CreatedAt = now,
        };
}
