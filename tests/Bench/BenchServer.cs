using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using OpenBanking.Server;
using OpenBanking.Server.Http;

namespace OpenBanking.Tests.Bench;

/// <summary>The server with two routes more, to measure against: one that verifies token and proof and nothing else,
/// and one that does nothing.</summary>
public static class BenchServer
{
    public const string VerifyOnly = "/v1/bench/verify-only";
    public const string Bare = "/bench/bare";

    public static async Task<int> ServeAsync(string[] settings)
    {
        await using var app = Server.Program.Build(settings);
        app.MapPost(VerifyOnly, () => Results.Text("{\"ok\":true}", "application/json"))
            .Needs(TokenRequirement.App(Scopes.Payments));
        app.MapPost(Bare, () => Results.Text("{\"ok\":true}", "application/json"));
        return await app.ServeAsync();
    }
}
