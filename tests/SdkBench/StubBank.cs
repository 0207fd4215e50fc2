using System.Diagnostics;
using System.Net.Mime;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OpenBanking.Tests.SdkBench;

/// <summary>A bank that answers at once, always the same, in a process of its own: what it allocates is not the
/// client's.</summary>
internal static class StubBank
{
    private static readonly byte[] payment = Encoding.UTF8.GetBytes(
        """
        {"id":"pay_01hzy3v9k2m4n6p8q0r2s4t6v8","order_no":"order-1001","status":"captured",
        "amount":{"currency":"CNY","amount":1990},"discount_amount":{"currency":"CNY","amount":500},
        "customer_amount":{"currency":"CNY","amount":1490},"captured_amount":{"currency":"CNY","amount":1990},
        "refunded_amount":{"currency":"CNY","amount":0},"refundable_amount":{"currency":"CNY","amount":1990},
        "agreement_id":"agr_01hzy3v9k2m4n6p8q0r2s4t6v8","account_id":"acct_01hzy3v9k2m4n6p8q0r2s4t6v8",
        "customer_id":"cus_01hzy3v9k2m4n6p8q0r2s4t6v8","created_at":"2026-11-20T07:59:00Z"}
        """
    );

    /// <summary>Starts it, unless the bank is to be in this process; gives the process and where it listens.</summary>
    public static (Process? Process, Uri Address) Start(bool inMemory)
    {
        if (inMemory)
        {
            return (null, MemoryBank.Address);
        }

        var process = Process.Start(
            new ProcessStartInfo(Environment.ProcessPath!, ["stub"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
        // It ends when nobody is at the other end any more.
        return (process, new Uri(process.StandardOutput.ReadLine()!));
    }

    /// <summary>Says where it listens, and stays until nobody is at the other end. Answers have their length, as the
    /// server's have.</summary>
    public static async Task ServeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var app = builder.Build();
        app.Run(context => AnswerAsync(context, app.Urls.First()));
        await app.StartAsync();
        Console.WriteLine(app.Urls.First());
        await Console.In.ReadToEndAsync();
    }

    /// <summary>The headers of every answer.</summary>
    public static KeyValuePair<string, string>[] Headers { get; } =
    [new("X-Request-Id", "req_01hzy3v9k2m4n6p8q0r2s4t6v8"), new("DPoP-Nonce", "SplxlOBeZQQYbYS6WxSbIA")];

    /// <summary>The body of the answer, and whether something was made.</summary>
    public static (byte[] Body, bool Created) Answer(string path, bool withProof, string address) =>
        path switch
        {
            "/v1/payments" => (payment, true),
            "/token" => (Token(withProof), false),
            _ => (Metadata(address), false),
        };

    private static byte[] Token(bool withProof) =>
        JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                access_token = new string('t', 700),
                token_type = withProof ? "DPoP" : "Bearer",
                expires_in = 3600,
            }
        );

    private static byte[] Metadata(string address) =>
        JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                issuer = address,
                authorization_endpoint = address + "/authorize",
                token_endpoint = address + "/token",
                pushed_authorization_request_endpoint = address + "/par",
                jwks_uri = address + "/jwks",
                response_types_supported = new[] { "code" },
            }
        );

    private static async Task AnswerAsync(HttpContext context, string address)
    {
        await context.Request.Body.CopyToAsync(Stream.Null);
        var (body, created) = Answer(
            context.Request.Path.Value!,
            context.Request.Headers.ContainsKey("DPoP"),
            address
        );
        foreach (var (name, value) in Headers)
        {
            context.Response.Headers[name] = value;
        }

        context.Response.ContentType = MediaTypeNames.Application.Json;
        context.Response.StatusCode = created ? StatusCodes.Status201Created : StatusCodes.Status200OK;
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body);
    }
}
