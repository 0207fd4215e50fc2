using System.Net;
using System.Net.Http.Headers;

namespace OpenBanking.Tests.SdkBench;

/// <summary>The same bank in this process and without a network, so that what is left of a call is what the client does
/// itself. It reads what is sent, and lets other work go first, as a network does: who calls goes on in a turn of its
/// own.</summary>
internal sealed class MemoryBank : HttpMessageHandler
{
    public static Uri Address { get; } = new("https://bank.example");

    private static readonly MediaTypeHeaderValue json = new("application/json");

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        if (request.Content is { } content)
        {
            await content.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
        }

        await Task.Yield();
        var (body, created) = StubBank.Answer(
            request.RequestUri!.AbsolutePath,
            request.Headers.Contains("DPoP"),
            Address.AbsoluteUri.TrimEnd('/')
        );
        var response = new HttpResponseMessage(created ? HttpStatusCode.Created : HttpStatusCode.OK)
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = json } },
            RequestMessage = request,
        };
        foreach (var (name, value) in StubBank.Headers)
        {
            response.Headers.TryAddWithoutValidation(name, value);
        }

        return response;
    }
}
