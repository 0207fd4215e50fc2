using OpenBanking.Tests.Bench.EngineAlone;

namespace OpenBanking.Tests.Bench;

/// <summary>Runs a round, and runs it again when something else on the machine took the cores meanwhile.</summary>
/// <param name="server">The processes of the server, its database's among them.</param>
internal sealed class Rounded(Func<IReadOnlyList<int>> server)
{
    private const double MostForeignLoad = 0.10;
    private const int MostTries = 4;

    private readonly CpuWatch watch = new(server);

    public async Task<MeasuredRound> RunAsync(
        Func<Task<IReadOnlyList<byte[]>>> prepare,
        Func<IReadOnlyList<byte[]>, Task<RoundResult>> run
    )
    {
        for (var attempt = 1; ; attempt++)
        {
            // Proofs are good for a minute: they are made right before they are used.
            var prepared = await prepare();
            watch.Start();
            var result = await run(prepared);
            var cpu = watch.Stop();
            if (cpu.Foreign <= MostForeignLoad || attempt == MostTries)
            {
                if (cpu.Foreign > MostForeignLoad)
                {
                    Console.WriteLine(
                        $"  (a round with {cpu.Foreign:P0} foreign load is kept after {attempt} tries)"
                    );
                }

                return new(result, prepared.Count, cpu.Others, cpu.Idle);
            }

            Console.WriteLine($"  (a round with {cpu.Foreign:P0} foreign load is run again)");
        }
    }
}

/// <summary>A round, and what the cores did meanwhile.</summary>
/// <param name="Requests">How many were sent.</param>
/// <param name="ServerSeconds">Of processor time that the server took, and its database.</param>
/// <param name="Idle">Which part of the cores' time nobody took.</param>
internal sealed record MeasuredRound(RoundResult Result, int Requests, double ServerSeconds, double Idle)
{
    /// <summary>Of processor time that the server took for each.</summary>
    public double ServerMicroseconds => ServerSeconds / Requests * 1e6;
}
