using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OpenBanking.Tests.SdkBench;

/// <summary>The clients that take the same payment from a stub bank, each over a connection of its own. All send a bearer token;
/// only the SDK with proofs signs.</summary>
internal sealed class Clients : IDisposable
{
    private readonly CreatePaymentRequest order = new()
    {
        OrderNo = "order-1001",
        Amount = Money.Yuan(19.90m),
        AgreementId = "agr_01hzy3v9k2m4n6p8q0r2s4t6v8",
        CouponId = "cpn_01hzy3v9k2m4n6p8q0r2s4t6v8",
    };

    private readonly IdempotencyKey key = IdempotencyKey.FromOrder("order-1001", "payment");
    private readonly X509Certificate2 certificate = MakeCertificate();
    private readonly OpenBankingClient sdk;
    private readonly OpenBankingClient sdkWithProofs;
    private readonly HandWrittenClient handWritten;
    private readonly RestSharpClient restSharp;
#if GENERATED
    private readonly GeneratedClient generated;
#endif

    /// <param name="address">Where the bank is: <see cref="MemoryBank.Address"/> for one in this process, without a
    /// network.</param>
    public Clients(Uri address)
    {
        var inMemory = address == MemoryBank.Address;
        sdk = new(
            new OpenBankingOptions
            {
                Authority = address,
                ApiAddress = address,
                ClientId = "app_01hzy3v9k2m4n6p8q0r2s4t6v8",
                ClientCertificate = certificate,
                BindTokensToCertificate = true,
                HttpHandler = inMemory ? new MemoryBank() : null,
            }
        );
        sdkWithProofs = new(
            new OpenBankingOptions
            {
                Authority = address,
                ClientId = "app_01hzy3v9k2m4n6p8q0r2s4t6v8",
                Key = ClientKey.CreateEs256(),
                HttpHandler = inMemory ? new MemoryBank() : null,
            }
        );
        var token = new string('t', 700);
        handWritten = new(NewHttp, token);
        restSharp = new(NewHttp, token);
#if GENERATED
        generated = new(NewHttp, token);
#endif

        HttpClient NewHttp() =>
            new(inMemory ? new MemoryBank() : new SocketsHttpHandler()) { BaseAddress = address };
    }

    public Task HandWritten() => handWritten.PayAsync(order, key.Value);

    public Task Sdk() => sdk.Payments.CreateAsync(order, key);

    public Task SdkWithProofs() => sdkWithProofs.Payments.CreateAsync(order, key);

    public Task RestSharp() => restSharp.PayAsync(order, key.Value);

#if GENERATED
    public Task Generated() => generated.PayAsync(order, key.Value);
#endif

    /// <summary>Every client's name.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        nameof(HandWritten),
        nameof(Sdk),
        nameof(SdkWithProofs),
        nameof(RestSharp),
#if GENERATED
        nameof(Generated),
#endif
    ];

    /// <summary>The call of the client with this name.</summary>
    public Func<Task> Named(string name) =>
        name switch
        {
            nameof(HandWritten) => HandWritten,
            nameof(Sdk) => Sdk,
            nameof(SdkWithProofs) => SdkWithProofs,
            nameof(RestSharp) => RestSharp,
#if GENERATED
            nameof(Generated) => Generated,
#endif
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such client."),
        };

    /// <summary>Has every client connect, in another order each time: the bank's side of a connection depends on how many came
    /// before.</summary>
    public async Task WarmUpAsync(int first, int calls)
    {
        Func<Task>[] all = [.. Names.Select(Named)];
        for (var place = 0; place < all.Length; place++)
        {
            await all[(first + place) % all.Length]();
        }

        for (var count = 1; count < calls; count++)
        {
            foreach (var call in all)
            {
                await call();
            }
        }
    }

    public void Dispose() => certificate.Dispose();

    private static X509Certificate2 MakeCertificate()
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=partner", pair, HashAlgorithmName.SHA256).CreateSelfSigned(
            DateTimeOffset.UnixEpoch,
            DateTimeOffset.UnixEpoch.AddYears(100)
        );
    }
}
