using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace OpenBanking.Tests.SdkBench;

/// <summary>One payment, taken by clients of several kinds.</summary>
[MemoryDiagnoser]
[Config(typeof(InThisProcess))]
public class Calls
{
    private Clients clients = null!;

    /// <summary>Where the bank is.</summary>
    [Params("Kestrel", "memory")]
    public string Bank { get; set; } = "";

    [GlobalSetup]
    public void Start() => clients = new(inMemory: Bank == "memory");

    [GlobalCleanup]
    public void Stop() => clients.Dispose();

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

    private sealed class InThisProcess : ManualConfig
    {
        public InThisProcess()
        {
            ArtifactsPath = Path.Combine(Path.GetTempPath(), "openbanking-sdkbench");
            AddJob(
                Job.Default.WithToolchain(InProcessEmitToolchain.Instance)
                    .WithWarmupCount(10)
                    .WithIterationTime(TimeInterval.FromMilliseconds(50))
                    .WithIterationCount(100)
            );
        }
    }
}
