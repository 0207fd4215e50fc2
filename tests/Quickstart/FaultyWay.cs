using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace OpenBanking.Tests.Quickstart;

/// <summary>An HTTP proxy between a program and its bank, on which requests and answers come to harm.</summary>
internal sealed class FaultyWay : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly HttpClient onward = new(
        new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }
    );

    private FaultyWay(WebApplication app)
    {
        this.app = app;
        app.Run(PassAsync);
    }

    public Uri Address { get; } = new($"http://localhost:{Ports.Free()}");

    /// <summary>The requests that the bank carries out, and whose answers do not come back: <c>POST /v1/payments</c>.</summary>
    public string? LosesAnswersTo { get; set; }

    /// <summary>What happens when an answer does not come back: gets its body.</summary>
    public Func<string, Task> WhenLost { get; set; } = _ => Task.CompletedTask;

    /// <summary>The requests that do not reach the bank, and are answered with 429.</summary>
    public string? BusyFor { get; set; }

    /// <summary>How long every request is on its way.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>What becomes of the bodies of requests.</summary>
    public Func<string, string> Change { get; set; } = body => body;

    public static async Task<FaultyWay> StartAsync()
    {
        var way = new FaultyWay(WebApplication.CreateSlimBuilder().Build());
        way.app.Urls.Add(way.Address.ToString());
        await way.app.StartAsync();
        return way;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        onward.Dispose();
    }

    private async Task PassAsync(HttpContext context)
    {
        var asked = $"{context.Request.Method} {context.Request.Path}";
        if (IsOf(BusyFor, asked))
        {
            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            return;
        }

        await Task.Delay(Delay, context.RequestAborted);
        HttpResponseMessage answer;
        try
        {
            using var request = await CopyAsync(context.Request);
            answer = await onward.SendAsync(request, context.RequestAborted);
        }
        catch (HttpRequestException)
        {
            context.Abort();
            return;
        }

        using (answer)
        {
            if (IsOf(LosesAnswersTo, asked))
            {
                await WhenLost(await answer.Content.ReadAsStringAsync());
                context.Abort();
                return;
            }

            await CopyAsync(answer, context.Response);
        }
    }

    private static bool IsOf(string? which, string asked) =>
        which is not null && asked.StartsWith(which, StringComparison.Ordinal);

    private async Task<HttpRequestMessage> CopyAsync(HttpRequest from)
    {
        using var reader = new StreamReader(from.Body);
        var body = await reader.ReadToEndAsync();
        var request = new HttpRequestMessage(new HttpMethod(from.Method), from.GetEncodedUrl());
        if (body.Length > 0)
        {
            request.Content = new StringContent(Change(body));
            request.Content.Headers.Clear();
        }

        foreach (var (name, values) in from.Headers.Where(header => header.Key is not "Content-Length"))
        {
            if (!request.Headers.TryAddWithoutValidation(name, values.ToArray()))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
            }
        }

        return request;
    }

    private static async Task CopyAsync(HttpResponseMessage from, HttpResponse to)
    {
        to.StatusCode = (int)from.StatusCode;
        foreach (var (name, values) in from.Headers.Concat(from.Content.Headers))
        {
            to.Headers[name] = values.ToArray();
        }

        to.Headers.Remove("Transfer-Encoding");
        if (from.StatusCode != HttpStatusCode.NoContent)
        {
            await from.Content.CopyToAsync(to.Body);
        }
    }
}
