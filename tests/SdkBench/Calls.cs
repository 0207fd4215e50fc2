using System.Diagnostics;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace OpenBanking.Tests.SdkBench;

/// <summary>One payment, taken by clients of several kinds, in rounds of all of them: what else the machine does in the
/// meantime hits all alike, and each round gives a ratio of its own.</summary>
[MemoryDiagnoser]
[Config(typeof(InRounds))]
public class Calls
{
    // As in a server: who waits for one call holds no thread, and goes on with the next where the last one ended.
    private const int InTurn = 20;

    private const int FirstWarmUp = 3_000;
    private const int WarmUp = 100;

    private static readonly Dictionary<string, (Process? Process, Uri Address)> banks = [];
    private static (string Bank, int Round, Clients Clients)? current;

    private Clients clients = null!;

    /// <summary>Where the bank is.</summary>
    [Params("Kestrel", "memory")]
    public string Bank { get; set; } = "";

    /// <summary>The bank stays, and is warm; clients and their connections are new in each round.</summary>
    [Params(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)]
    public int Round { get; set; }

    [GlobalSetup]
    public void Start()
    {
        if (current is { } last && last.Bank == Bank && last.Round == Round)
        {
            clients = last.Clients;
            return;
        }

        var isFirst = !banks.TryGetValue(Bank, out var bank);
        if (isFirst)
        {
            banks[Bank] = bank = StubBank.Start(inMemory: Bank == "memory");
        }

        current?.Clients.Dispose();
        clients = new(bank.Address);
        clients.WarmUpAsync(Round, isFirst ? FirstWarmUp : WarmUp).GetAwaiter().GetResult();
        current = (Bank, Round, clients);
    }

    public static void Stop()
    {
        current?.Clients.Dispose();
        foreach (var (process, _) in banks.Values)
        {
            process?.Kill();
        }
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = InTurn)]
    public Task HandWritten() => InTurnAsync(clients.HandWritten);

    /// <summary>Without signing: its tokens are bound to a certificate.</summary>
    [Benchmark(OperationsPerInvoke = InTurn)]
    public Task Sdk() => InTurnAsync(clients.Sdk);

    /// <summary>As most apps have it: every call brings a DPoP proof.</summary>
    [Benchmark(OperationsPerInvoke = InTurn)]
    public Task SdkWithProofs() => InTurnAsync(clients.SdkWithProofs);

    [Benchmark(OperationsPerInvoke = InTurn)]
    public Task RestSharp() => InTurnAsync(clients.RestSharp);

#if GENERATED
    [Benchmark(OperationsPerInvoke = InTurn)]
    public Task Generated() => InTurnAsync(clients.Generated);
#endif

    private static async Task InTurnAsync(Func<Task> call)
    {
        for (var count = 0; count < InTurn; count++)
        {
            await call();
        }
    }

    private sealed class InRounds : ManualConfig
    {
        public InRounds()
        {
            ArtifactsPath = Path.Combine(Path.GetTempPath(), "openbanking-sdkbench");
            Orderer = new RoundByRound();
            AddJob(
                Job.Default.WithToolchain(InProcessEmitToolchain.Instance)
                    .WithEvaluateOverhead(false)
                    .WithInvocationCount(1)
                    .WithUnrollFactor(1)
                    .WithWarmupCount(15)
                    .WithIterationCount(120)
                    .WithGcForce(false)
            );
        }
    }
}
