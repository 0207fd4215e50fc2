using System.Net.Mime;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace OpenBanking.Tests.Sdk.Stub;

/// <summary>Something that goes wrong between a client and the bank.</summary>
/// <param name="Group">What it is a kind of.</param>
/// <param name="Name">What happens, as the page of outcomes says it.</param>
internal sealed record Fault(string Group, string Name)
{
    private const string AuthorizationServer = "The authorization server";
    private const string Metadata = "The bank's metadata, which a first call reads";
    private const int MostRead = 1024 * 1024;
    private const string Half = """{"id":"pay_01hzy3v9k2m4n6p8q0r2s4t6v8","order_no":"2026-11""";

    /// <summary>What the bank answers instead.</summary>
    public RequestDelegate? Answer { get; private init; }

    /// <summary>What listens in the API's place.</summary>
    public Func<Stream, CancellationToken, Task>? Listener { get; private init; }

    /// <summary>Whether the API is asked over TLS.</summary>
    public bool OverTls { get; private init; }

    /// <summary>Whether it is the authorization server with which it goes wrong, and not the API.</summary>
    public bool AtAuthorizationServer { get; private init; }

    /// <summary>Whether it is the reading of the bank's metadata with which it goes wrong, before anything else is sent.</summary>
    public bool AtMetadata { get; private init; }

    /// <summary>Whether the bank says that it has done nothing.</summary>
    public bool NothingDone { get; private init; }

    /// <summary>Whether only a timeout ends it.</summary>
    public bool Lasts { get; private init; }

    /// <summary>Whether nobody listens at all.</summary>
    public bool Nobody => Answer is null && Listener is null;

    public static IReadOnlyList<Fault> All { get; } =
    [
        .. In(
            "The connection",
            new("", "nobody listens"),
            Answers("is cut after the request", Stub.Answers.Cut),
            Answers("brings the request twice, and the answer of the second", Stub.Answers.ProofReused),
            Answers("is cut in the middle of the body, whose length was told", Part(told: true)),
            Answers("is cut in the middle of the body, whose length was not told", Part(told: false)),
            Listens("is cut in the middle of the head", TcpStub.Says("HTTP/1.1 200 OK\r\nContent-Le")),
            Listens("speaks something else than HTTP", TcpStub.Says("220 mail.bank.example ESMTP\r\n")),
            Listens(
                "brings a head without an end",
                TcpStub.Says("HTTP/1.1 200 OK\r\nX-Long: " + new string('x', 100_000))
            ),
            Answers("is open, and no answer comes", Stub.Answers.Hang) with
            {
                Lasts = true,
            },
            Answers("brings the body byte by byte", Drip) with
            {
                Lasts = true,
            }
        ),
        .. In(
            "TLS",
            Tls(
                "the certificate is of nobody who is known",
                TcpStub.Tls(DateTimeOffset.MaxValue.AddYears(-1))
            ),
            Tls("the certificate has run out", TcpStub.Tls(DateTimeOffset.UnixEpoch.AddYears(50))),
            Tls("the server speaks plain HTTP", TcpStub.Says("HTTP/1.1 400 Bad Request\r\n\r\n")),
            Tls("the connection is cut in the handshake", (_, _) => Task.CompletedTask),
            Tls("the handshake is not answered", TcpStub.Silent) with
            {
                Lasts = true,
            }
        ),
        .. In(
            "Busy",
            Problem("429", 429, ProblemCodes.RateLimited),
            Problem("429, `Retry-After: 0`", 429, ProblemCodes.RateLimited, "0"),
            Problem("429, `Retry-After: 31`", 429, ProblemCodes.RateLimited, "31"),
            Problem("503 `overloaded`", 503, ProblemCodes.Overloaded),
            Problem("503 `overloaded`, `Retry-After: 0`", 503, ProblemCodes.Overloaded, "0"),
            Problem("503 `overloaded`, `Retry-After: 31`", 503, ProblemCodes.Overloaded, "31"),
            Problem("503 `overloaded`, `Retry-After: soon`", 503, ProblemCodes.Overloaded, "soon"),
            Problem(
                "503 `authorization_server_unavailable`",
                503,
                ProblemCodes.AuthorizationServerUnavailable
            )
        ),
        .. In(
            "The bank fails",
            Problem("503 `outcome_unknown`", 503, ProblemCodes.OutcomeUnknown, "0"),
            Problem("500 `internal_error`", 500, ProblemCodes.InternalError)
        ),
        .. In(
            "A gateway answers",
            Page("401") with
            {
                NothingDone = true,
            },
            Page("429") with
            {
                NothingDone = true,
            },
            Page("408"),
            Page("500"),
            Page("502"),
            Page("503"),
            Page("504"),
            Page("403"),
            Page("404"),
            Page("407"),
            Page("409"),
            Page("200"),
            Redirect("301"),
            Redirect("302"),
            Redirect("307"),
            Redirect("308")
        ),
        .. In(
            "The answer",
            Body("is empty", ""),
            Body("is truncated JSON", Half),
            Body("is another JSON object", """{"status":"ok"}"""),
            Body("is a JSON list", "[1]"),
            Body("is `null`", "null"),
            Answers("is no UTF-8", Bytes([0x7B, 0x22, 0xFF, 0xFE, 0x22, 0x7D])),
            Answers("is larger than 1 MiB", Bytes([.. Enumerable.Repeat((byte)' ', MostRead + 1)])),
            Answers("has no end", Endless),
            Answers(
                "is a refusal whose problem is truncated",
                Stub.Answers.Text(422, """{"code":"order_alre""", "application/problem+json")
            )
        ),
        .. In(
            AuthorizationServer,
            Answers("is cut off", Stub.Answers.Cut),
            Answers("does not answer", Stub.Answers.Hang) with
            {
                Lasts = true,
            },
            Problem("429", 429, ProblemCodes.RateLimited),
            Problem("429, `Retry-After: 0`", 429, ProblemCodes.RateLimited, "0"),
            Problem("429, `Retry-After: 31`", 429, ProblemCodes.RateLimited, "31"),
            Problem("503 `overloaded`", 503, ProblemCodes.Overloaded),
            Problem("503 `overloaded`, `Retry-After: 0`", 503, ProblemCodes.Overloaded, "0"),
            Problem("503 `overloaded`, `Retry-After: 31`", 503, ProblemCodes.Overloaded, "31"),
            Problem("503 `outcome_unknown`", 503, ProblemCodes.OutcomeUnknown, "0"),
            Problem("500 `internal_error`", 500, ProblemCodes.InternalError),
            Answers(
                "503, the OAuth error `temporarily_unavailable`",
                Stub.Answers.OAuthError(503, "temporarily_unavailable")
            ),
            Page("500"),
            Page("502"),
            Page("503"),
            Answers("gives something else", Stub.Answers.Json(200, new { status = "ok" })),
            Answers("refuses", Stub.Answers.OAuthError(401, "invalid_client"))
        ),
        .. In(
            Metadata,
            Answers("is cut after the request", Stub.Answers.Cut),
            Problem("503 `overloaded`", 503, ProblemCodes.Overloaded),
            Page("503"),
            Page("401"),
            Page("403"),
            Page("407"),
            Page("200"),
            Redirect("302"),
            Page("404"),
            Body("is another JSON object", """{"status":"ok"}""")
        ),
    ];

    private static IEnumerable<Fault> In(string group, params Fault[] faults) =>
        faults.Select(fault =>
            fault with
            {
                Group = group,
                AtAuthorizationServer = group == AuthorizationServer,
                AtMetadata = group == Metadata,
            }
        );

    private static Fault Answers(string name, RequestDelegate answer) => new("", name) { Answer = answer };

    private static Fault Listens(string name, Func<Stream, CancellationToken, Task> listener) =>
        new("", name) { Listener = listener };

    private static Fault Tls(string name, Func<Stream, CancellationToken, Task> listener) =>
        new("", name) { Listener = listener, OverTls = true };

    private static Fault Problem(string name, int status, string code, string? retryAfter = null) =>
        Answers(name, Stub.Answers.Problem(status, code, retryAfter: retryAfter)) with
        {
            NothingDone = code is not (ProblemCodes.OutcomeUnknown or ProblemCodes.InternalError),
        };

    private static Fault Page(string status) =>
        Answers(
            $"{status}, a page",
            Stub.Answers.Text(int.Parse(status), "<html>", MediaTypeNames.Text.Html)
        );

    private static Fault Redirect(string status) =>
        Answers(
            $"{status}, a redirect",
            context =>
            {
                context.Response.StatusCode = int.Parse(status);
                context.Response.Headers.Location = "/elsewhere";
                return Task.CompletedTask;
            }
        );

    private static Fault Body(string name, string json) =>
        Answers(name, Stub.Answers.Text(200, json, MediaTypeNames.Application.Json));

    private static RequestDelegate Bytes(byte[] bytes) =>
        async context =>
        {
            context.Response.ContentType = MediaTypeNames.Application.Json;
            await context.Response.Body.WriteAsync(bytes);
        };

    private static RequestDelegate Part(bool told) =>
        async context =>
        {
            context.Response.ContentLength = told ? Half.Length * 2 : null;
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(Half));
            await context.Response.Body.FlushAsync();
            context.Abort();
        };

    private static async Task Drip(HttpContext context)
    {
        while (!context.RequestAborted.IsCancellationRequested)
        {
            await context.Response.Body.WriteAsync(" "u8.ToArray());
            await context.Response.Body.FlushAsync();
            await Task.Delay(20);
        }
    }

    private static async Task Endless(HttpContext context)
    {
        while (!context.RequestAborted.IsCancellationRequested)
        {
            await context.Response.Body.WriteAsync(new byte[16 * 1024]);
        }
    }
}
