using System.Buffers.Text;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Http;

namespace OpenBanking.Tests.Bench;

/// <summary>What the check of a token and its proof costs beside one bare ES256 verification, in processor time of this
/// process, so that what else the machine does matters little.</summary>
public static class TokenCheck
{
    private const int Rounds = 7;
    private const int Checks = 4_000;
    private const string Path = "/v1/payments";

    public static async Task<int> MeasureAsync()
    {
        await using var server = await TestServer.StartAsync();
        using var client = new RawClient(await TestPartner.NewAsync(server.Address), server.Address);
        var token = await client.AppTokenAsync();
        var key = ECDsa.Create(client.DpopKey.ExportParameters(includePrivateParameters: false));
        var check = new List<double>();
        var bare = new List<double>();
        for (var round = 0; round <= Rounds; round++)
        {
            var contexts = Enumerable
                .Range(0, Checks)
                .Select(_ => NewContext(server, client, token))
                .ToList();
            var signed = contexts.Select(context => Split(context.Request.Headers["DPoP"]!)).ToList();
            var filter = server.Get<TokenFilter>();
            check.Add(await MicrosecondsAsync(i => filter.InvokeAsync(contexts[i], Accepted)));
            bare.Add(
                await MicrosecondsAsync(i =>
                {
                    Verify(key, signed[i]);
                    return Task.CompletedTask;
                })
            );
            Require(contexts.TrueForAll(context => context.Features.Get<Caller>() is not null));
        }

        // The first round warms up.
        Print(check[1..], bare[1..]);
        return 0;
    }

    private static void Print(List<double> check, List<double> bare)
    {
        var ratios = check.Zip(bare, (left, right) => left / right).Order().ToList();
        Console.WriteLine($"Processor time of one check, median of {Rounds} rounds of {Checks}:");
        Console.WriteLine(
            $"  token and proof {check.Median():0.0} µs, one bare ES256 verification {bare.Median():0.0} µs"
        );
        Console.WriteLine(
            $"  ratio {ratios[0]:0.00} / {ratios[ratios.Count / 2]:0.00} / {ratios[^1]:0.00} (min / median / max)"
        );
    }

    private static async Task<double> MicrosecondsAsync(Func<int, Task> action)
    {
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        for (var i = 0; i < Checks; i++)
        {
            await action(i);
        }

        process.Refresh();
        return (process.TotalProcessorTime - before).TotalMicroseconds / Checks;
    }

    private static DefaultHttpContext NewContext(TestServer server, RawClient client, string token)
    {
        var address = new Uri(server.Address, Path);
        var nonce = server.Get<DpopNonces>().Current(NonceRole.ResourceServer);
        var context = new DefaultHttpContext { RequestServices = server.Services };
        context.Request.Method = "POST";
        context.Request.Path = Path;
        context.Features.Get<IHttpRequestFeature>()!.RawTarget = Path;
        context.Request.Headers.Authorization = $"DPoP {token}";
        context.Request.Headers["DPoP"] = client.NewProof(
            HttpMethod.Post,
            address,
            token,
            (_, claims) => claims["nonce"] = nonce
        );
        context.SetEndpoint(endpoint);
        return context;
    }

    private static readonly RouteEndpoint endpoint = new(
        _ => Task.CompletedTask,
        RoutePatternFactory.Parse(Path),
        order: 0,
        new EndpointMetadataCollection(TokenRequirement.App(Scopes.Payments)),
        displayName: null
    );

    private static Task Accepted() => Task.CompletedTask;

    private static (byte[] Input, byte[] Signature) Split(string proof)
    {
        var dot = proof.LastIndexOf('.');
        return (Encoding.ASCII.GetBytes(proof[..dot]), Base64Url.DecodeFromChars(proof.AsSpan(dot + 1)));
    }

    private static void Verify(ECDsa key, (byte[] Input, byte[] Signature) signed) =>
        Require(
            key.VerifyData(
                signed.Input,
                signed.Signature,
                HashAlgorithmName.SHA256,
                DSASignatureFormat.IeeeP1363FixedFieldConcatenation
            )
        );

    private static void Require(bool held)
    {
        if (!held)
        {
            throw new InvalidOperationException("A check that should have passed did not.");
        }
    }
}
