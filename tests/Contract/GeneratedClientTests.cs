using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OpenBanking.Server.Http;
using OpenBanking.Testing;
using Xunit;

namespace OpenBanking.Tests.Contract;

/// <summary>Clients that NSwag makes of the document do a partner's work at a server: what compiles may still read an answer
/// wrongly.</summary>
public sealed class GeneratedClientTests(GeneratedClients made) : IClassFixture<GeneratedClients>
{
    private static readonly string[] steps =
    [
        "linked active",
        "consent account_opening account_information coupon_wallet payment_agreement",
        "top-up succeeded 10000",
        "coupon issued 500",
        "payment captured 1490 500",
        "refund succeeded 741 249",
        "transaction refund 741 9251",
        "waiting requires_action confirm <svg",
        "declined failed insufficient_funds",
        "refused 422 idempotency_key_reused",
        "refused 400 invalid_request /amount/amount",
        "refused 404 not_found",
    ];

    [Theory]
    [InlineData("dotnet", GeneratedClients.CSharp + "/bin/Release/net10.0/GeneratedClient.dll")]
    [InlineData("node", GeneratedClients.TypeScript + "/bin/" + GeneratedClients.TypeScript + "/program.js")]
    public async Task A_generated_client_pays_and_is_refused(string runtime, string program)
    {
        var partner = await TestPartner.NewAsync(made.Server.Address);
        var key = Path.Combine(made.Server.DataFolder, $"{partner.ClientId}.pem");
        await File.WriteAllTextAsync(key, partner.Key.ToPem());
        using var process = GeneratedClients.Start(
            runtime,
            RepositoryFiles.Find(""),
            program,
            made.Server.Address.GetLeftPart(UriPartial.Authority),
            partner.ClientId,
            partner.Key.PublicJwk.Kid!,
            key,
            TestPartner.RedirectUri.ToString()
        );
        var errors = process.StandardError.ReadToEndAsync();
        if (await process.StandardOutput.ReadLineAsync() is { } address)
        {
            using var customer = new BankCustomer(
                (await partner.PersonsAsync())[0],
                partner.MessagesUrl,
                TestPartner.Pin
            );
            var callback = await customer.AgreeAsync(new Uri(address), TestPartner.RedirectUri);
            await process.StandardInput.WriteLineAsync(callback.ToString());
            await process.StandardInput.FlushAsync();
        }

        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, output + await errors);
        Assert.Equal(
            steps,
            output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        );
    }
}

/// <summary>The programs on generated clients, made and built as a partner would, and a server for them.</summary>
public sealed class GeneratedClients : IAsyncLifetime
{
    public const string CSharp = "samples/GeneratedClients/csharp";
    public const string TypeScript = "samples/GeneratedClients/typescript";

    public TestServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await RunAsync("openapi/generate");
        await Task.WhenAll(
            RunAsync("dotnet", "build", CSharp, "--configuration", "Release", "--verbosity", "quiet"),
            RunAsync($"{TypeScript}/node_modules/.bin/tsc", "--project", TypeScript)
        );
        Server = await TestServer.StartAsync(builder =>
            builder.Services.AddSingleton<IStartupFilter, BusyOnce>()
        );
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    /// <summary>Starts a program with its input and output in the test's hands.</summary>
    public static Process Start(string program, string folder, params string[] arguments) =>
        Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = folder,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;

    private static async Task RunAsync(string program, params string[] arguments)
    {
        var root = RepositoryFiles.Find("");
        var path = program.Contains('/') ? Path.Combine(root, program) : program;
        using var process = Start(path, root, arguments);
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program}: {output}{await errors}");
    }

    /// <summary>Is busy the first time that an app pushes a request, asks for a token, and pays its first order.</summary>
    private sealed class BusyOnce : IStartupFilter
    {
        private readonly ConcurrentDictionary<string, bool> turnedAway = [];

        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) =>
            builder =>
            {
                builder.Use(
                    (context, served) =>
                        NameOf(context.Request) is { } name && turnedAway.TryAdd(name, true)
                            ? Problems.WriteAsync(context, ProblemCodes.Overloaded)
                            : served(context)
                );
                next(builder);
            };

        /// <summary>Programs in two languages call themselves differently.</summary>
        private static string? NameOf(HttpRequest request) =>
            request.Headers["Idempotency-Key"] == "order-1/pay" ? request.Headers.Authorization.ToString()
            : request.Path == "/oauth/par" || request.Path == "/oauth/token"
                ? $"{request.Path} {request.Headers.UserAgent}"
            : null;
    }
}
