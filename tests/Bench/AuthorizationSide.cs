using System.Diagnostics;
using OpenBanking.Tests.Bench.EngineAlone;

namespace OpenBanking.Tests.Bench;

/// <summary>What one server came to in one round.</summary>
/// <param name="Microseconds">The server's processor time a request.</param>
/// <param name="LoadMicroseconds">The load's, on the same cores.</param>
/// <param name="Foreign">Which part of the cores went to neither.</param>
internal sealed record SideResult(
    RoundResult Sent,
    double Microseconds,
    double LoadMicroseconds,
    double Foreign
);

/// <summary>One of the two servers that are compared, and who asks it.</summary>
/// <param name="RedirectUri">What the client is registered with there.</param>
/// <param name="Callers">How many ask at once.</param>
internal sealed record AuthorizationSide(RawClient Client, Process Process, string RedirectUri, int Callers)
{
    private const double MostForeign = 0.10;
    private const int MostTries = 4;

    /// <summary>Runs a round, and runs it again when others took more of the cores than they may.</summary>
    public async Task<SideResult> RunAloneAsync(string kind, int count)
    {
        for (var attempt = 1; ; attempt++)
        {
            var result = await RunAsync(kind, count);
            if (result.Foreign <= MostForeign || attempt == MostTries)
            {
                return result;
            }

            Console.WriteLine($"  (a round with {result.Foreign:P0} foreign load is run again)");
        }
    }

    public async Task<SideResult> RunAsync(string kind, int count)
    {
        // Assertions, proofs and nonces are good for a minute: they are made right before they are used.
        var requests = await new AuthorizationRequests(Client, RedirectUri).MakeAsync(kind, count);
        GC.Collect();
        var watch = new CpuWatch(() => [Process.Id]);
        watch.Start();
        var sent = await Connections.SendAsync(Client.Server, requests, Callers);
        var (load, server, foreign, _) = watch.Stop();
        return new(sent, server * 1e6 / count, load * 1e6 / count, foreign);
    }
}
