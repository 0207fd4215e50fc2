using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OpenBanking.Tests.Http.Authority;

/// <summary>An authority that misbehaves as a test wants: what each of its addresses answers can be changed.</summary>
internal sealed class StubAuthority : IAsyncDisposable
{
    public const string KeyId = "stub";

    private readonly WebApplication app;

    private StubAuthority(WebApplication app, Uri address)
    {
        this.app = app;
        Address = address;
        Metadata = _ => Results.Json(Describe());
        Keys = _ => Results.Json(KeySet(Key));
        Introspection = _ => Results.Json(new JsonObject { ["active"] = true });
    }

    public Uri Address { get; }

    public string Issuer => Address.GetLeftPart(UriPartial.Authority);

    public ECDsa Key { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public Func<HttpContext, IResult> Metadata { get; set; }

    public Func<HttpContext, IResult> Keys { get; set; }

    public Func<HttpContext, IResult> Introspection { get; set; }

    /// <summary>How often each address was asked.</summary>
    public ConcurrentDictionary<string, int> Asked { get; } = [];

    public static async Task<StubAuthority> StartAsync(Uri? there = null)
    {
        var address = there ?? new Uri($"http://localhost:{Ports.Free()}");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add(address.ToString());
        var stub = new StubAuthority(app, address);
        app.MapGet("/.well-known/openid-configuration", context => stub.AnswerAsync(context, stub.Metadata));
        app.MapGet("/keys", context => stub.AnswerAsync(context, stub.Keys));
        app.MapPost("/introspect", context => stub.AnswerAsync(context, stub.Introspection));
        await app.StartAsync();
        return stub;
    }

    public JsonObject Describe() =>
        new()
        {
            ["issuer"] = Issuer,
            ["jwks_uri"] = Issuer + "/keys",
            ["introspection_endpoint"] = Issuer + "/introspect",
        };

    public static JsonObject KeySet(ECDsa key)
    {
        var jwk = RawClient.PublicJwkOf(key);
        jwk["kid"] = KeyId;
        jwk["use"] = "sig";
        return new() { ["keys"] = new JsonArray(jwk) };
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        Key.Dispose();
    }

    private Task AnswerAsync(HttpContext context, Func<HttpContext, IResult> answer)
    {
        Asked.AddOrUpdate(context.Request.Path, 1, (_, count) => count + 1);
        return answer(context).ExecuteAsync(context);
    }
}
