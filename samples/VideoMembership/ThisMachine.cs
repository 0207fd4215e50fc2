namespace OpenBanking.Samples.VideoMembership;

/// <summary>What is for the shop's own staff and programs: here, whoever is on its machine, but no page in a browser there that
/// belongs to somebody else, and nobody whom a proxy lets through. A real shop has them sign in.</summary>
public static class ThisMachine
{
    private static readonly string[] foreign = ["Origin", "Forwarded", "X-Forwarded-For"];

    public static bool Calls(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } from
        && System.Net.IPAddress.IsLoopback(from)
        && !foreign.Any(context.Request.Headers.ContainsKey);
}
