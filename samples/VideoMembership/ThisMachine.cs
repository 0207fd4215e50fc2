namespace OpenBanking.Samples.VideoMembership;

/// <summary>What is for the shop's own staff and programs: here, whoever is on its machine. A real shop has them sign in.</summary>
public static class ThisMachine
{
    public static bool Calls(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } from && System.Net.IPAddress.IsLoopback(from);
}
