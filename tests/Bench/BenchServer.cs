using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using OpenBanking.Server;
using OpenBanking.Server.CommandLine;
using OpenBanking.Server.Http;

namespace OpenBanking.Tests.Bench;

/// <summary>The server with two routes more, to measure against: one that verifies token and proof and nothing else,
/// and one that does nothing; and one that says what memory it holds.</summary>
public static class BenchServer
{
    public const string VerifyOnly = "/v1/bench/verify-only";
    public const string Bare = "/bench/bare";
    public const string Memory = "/bench/memory";

    public static async Task<int> ServeAsync(string[] settings)
    {
        await using var app = Server.Program.Build(settings);
        app.MapPost(VerifyOnly, () => Results.Text("{\"ok\":true}", "application/json"))
            .Needs(TokenRequirement.App(Scopes.Payments));
        app.MapPost(Bare, () => Results.Text("{\"ok\":true}", "application/json"));
        app.MapGet(Memory, SayMemory);
        return await app.ServeAsync();
    }

    private static string SayMemory()
    {
        var managed = GC.GetTotalMemory(forceFullCollection: true) / 1e6;
        return $"{managed:0} MB managed, {Environment.WorkingSet / 1e6:0} MB working set, {ThreadPool.ThreadCount} threads";
    }
}
