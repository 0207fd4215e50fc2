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
    private static readonly Dictionary<string, Clients> shared = [];

    private Clients clients = null!;

    /// <summary>Where the bank is.</summary>
    [Params("Kestrel", "memory")]
    public string Bank { get; set; } = "";

    [Params(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)]
    public int Round { get; set; }

    /// <summary>All rounds use the same clients and the same bank, which are warm.</summary>
    [GlobalSetup]
    public void Start()
    {
        if (!shared.TryGetValue(Bank, out var started))
        {
            started = new(inMemory: Bank == "memory");
            started.WarmUpAsync().GetAwaiter().GetResult();
            shared[Bank] = started;
        }

        clients = started;
    }

    public static void Stop()
    {
        foreach (var started in shared.Values)
        {
            started.Dispose();
        }
    }

    [Benchmark(Baseline = true)]
    public Task HandWritten() => clients.HandWritten();

    /// <summary>Without signing: its tokens are bound to a certificate.</summary>
    [Benchmark]
    public Task Sdk() => clients.Sdk();

    /// <summary>As most apps have it: every call brings a DPoP proof.</summary>
    [Benchmark]
    public Task SdkWithProofs() => clients.SdkWithProofs();

    [Benchmark]
    public Task RestSharp() => clients.RestSharp();

#if GENERATED
    [Benchmark]
    public Task Generated() => clients.Generated();
#endif

    private sealed class InRounds : ManualConfig
    {
        public InRounds()
        {
            ArtifactsPath = Path.Combine(Path.GetTempPath(), "openbanking-sdkbench");
            Orderer = new RoundByRound();
            AddJob(
                Job.Default.WithToolchain(InProcessEmitToolchain.Instance)
                    .WithEvaluateOverhead(false)
                    .WithInvocationCount(400)
                    .WithUnrollFactor(1)
                    .WithWarmupCount(2)
                    .WithIterationCount(12)
            );
        }
    }
}
