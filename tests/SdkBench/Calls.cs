using System.Diagnostics;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace OpenBanking.Tests.SdkBench;

/// <summary>One payment, taken by clients of several kinds. All but the SDK send a bearer token, and no proof: what a proof
/// costs is measured by itself.</summary>
[MemoryDiagnoser]
[Config(typeof(InThisProcess))]
public class Calls
{
    private readonly CreatePaymentRequest order = new()
    {
        OrderNo = "order-1001",
        Amount = Money.Yuan(19.90m),
        AgreementId = "agr_01hzy3v9k2m4n6p8q0r2s4t6v8",
        CouponId = "cpn_01hzy3v9k2m4n6p8q0r2s4t6v8",
    };

    private readonly IdempotencyKey key = IdempotencyKey.FromOrder("order-1001", "payment");
    private Process stub = null!;
    private OpenBankingClient sdk = null!;
    private HandWrittenClient handWritten = null!;
    private RestSharpClient restSharp = null!;
    private Func<string> prove = null!;
#if GENERATED
    private GeneratedClient generated = null!;
#endif

    [GlobalSetup]
    public void Start()
    {
        (stub, var address) = StubBank.Start();
        sdk = new(
            new OpenBankingOptions
            {
                Authority = address,
                ClientId = "app_01hzy3v9k2m4n6p8q0r2s4t6v8",
                Key = ClientKey.CreateEs256(),
            }
        );
        var token = new string('t', 700);
        handWritten = new(address, token);
        restSharp = new(address, token);
        prove = Prover(address, token);
#if GENERATED
        generated = new(address, token);
#endif
    }

    [GlobalCleanup]
    public void Stop()
    {
        stub.Kill();
        stub.Dispose();
    }

    [Benchmark(Baseline = true)]
    public Task<Payment> HandWritten() => handWritten.PayAsync(order, key.Value);

    [Benchmark]
    public Task<Payment> Sdk() => sdk.Payments.CreateAsync(order, key);

    /// <summary>The signing that is apart: one DPoP proof, as the SDK makes it for every call.</summary>
    [Benchmark]
    public string Proof() => prove();

    [Benchmark]
    public Task<Payment> RestSharp() => restSharp.PayAsync(order, key.Value);

#if GENERATED
    [Benchmark]
    public Task<Bank.Payment> Generated() => generated.PayAsync(order, key.Value);
#endif

    /// <summary>The SDK's own maker of proofs, which is not public.</summary>
    private static Func<string> Prover(Uri address, string token)
    {
        var assembly = typeof(OpenBankingClient).Assembly;
        var type = assembly.GetType("OpenBanking.Internal.Dpop", throwOnError: true)!;
        var roles = assembly.GetType("OpenBanking.Internal.ServerRole", throwOnError: true)!;
        var dpop = Activator.CreateInstance(type, ClientKey.CreateEs256(), TimeProvider.System);
        var method = type.GetMethod("Prove", [roles, typeof(HttpMethod), typeof(Uri), typeof(string)])!;
        object[] arguments =
        [
            Enum.ToObject(roles, 1),
            HttpMethod.Post,
            new Uri(address, "/v1/payments"),
            token,
        ];
        return () => (string)method.Invoke(dpop, arguments)!;
    }

    private sealed class InThisProcess : ManualConfig
    {
        public InThisProcess()
        {
            ArtifactsPath = Path.Combine(Path.GetTempPath(), "openbanking-sdkbench");
            AddJob(
                Job.Default.WithToolchain(InProcessEmitToolchain.Instance)
                    .WithWarmupCount(5)
                    .WithIterationCount(15)
            );
        }
    }
}
