using System.Net;
using System.Net.Http.Headers;

namespace Bank;

/// <summary>Puts the access token and its proof on each request of a generated client; sends it again with the nonce
/// that the bank asks for, twice at the most, and a few times more after the time that a busy bank asks for. Each time it is the same
/// request with the same Idempotency-Key, so that it acts once.</summary>
/// <param name="token">The access token; null at the authorization server, where there is none yet.</param>
public sealed class ProofHandler(ClientKeys keys, string? token) : DelegatingHandler(new HttpClientHandler())
{
    private const int MaxAttempts = 4;

    /// <summary>The second is asked for where the bank's database has just crashed.</summary>
    private const int MostNonces = 2;

    private string? nonce;

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var response = await SendWithNonceAsync(request, cancellationToken);
        for (var attempts = 1; attempts < MaxAttempts && PauseOf(response) is { } pause; attempts++)
        {
            response.Dispose();
            await Task.Delay(pause, cancellationToken);
            response = await SendWithNonceAsync(request, cancellationToken);
        }

        return response;
    }

    /// <summary>How long the bank asks to wait before the same request; null when it asks for nothing.</summary>
    private static TimeSpan? PauseOf(HttpResponseMessage response) =>
        response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable
            ? response.Headers.RetryAfter?.Delta
            : null;

    private async Task<HttpResponseMessage> SendWithNonceAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var (sent, response) = (nonce, await SendProvedAsync(request, cancellationToken));
        for (
            var asked = 0;
            asked < MostNonces && nonce != sent && await IsNonceAskedForAsync(response, cancellationToken);
            asked++
        )
        {
            response.Dispose();
            (sent, response) = (nonce, await SendProvedAsync(request, cancellationToken));
        }

        return response;
    }

    private async Task<HttpResponseMessage> SendProvedAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        request.Headers.Remove("DPoP");
        request.Headers.Add("DPoP", keys.NewProof(request.Method, request.RequestUri!, nonce, token));
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("DPoP", token);
        var response = await base.SendAsync(request, cancellationToken);
        if (response.Headers.TryGetValues("DPoP-Nonce", out var given))
        {
            nonce = given.Single();
        }

        return response;
    }

    /// <summary>The text is kept for the client, which reads it once more.</summary>
    private static async Task<bool> IsNonceAskedForAsync(
        HttpResponseMessage response,
        CancellationToken cancellationToken
    )
    {
        if (response.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.BadRequest))
        {
            return false;
        }

        await response.Content.LoadIntoBufferAsync(cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return text.Contains("use_dpop_nonce", StringComparison.Ordinal);
    }
}
