using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using OpenBanking.Server.Outside;

namespace OpenBanking.Samples.BankAdapters;

/// <summary>What the bank's systems say of a request.</summary>
/// <param name="Outcome"><c>done</c>, <c>refused</c>, or <c>pending</c> while it is not decided.</param>
/// <param name="Code">Why it was refused, in the bank's own words.</param>
public sealed record BackendAnswer(string Outcome, string? Code = null);

/// <summary>The bank has not decided, or said what this adapter does not know: the outcome is unknown.</summary>
public sealed class OutcomeNotKnownException(string outcome) : Exception($"The outcome is {outcome}.");

/// <summary>The bank's systems over HTTP. All that is not a decision leaves as an exception, so that the worker asks later
/// what became of it. Addresses hold the reference alone: they end up in logs.</summary>
public sealed class Backend : IDisposable
{
    private static readonly JsonSerializerOptions snakeCase = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    private readonly HttpClient http;

    public Backend(BackendOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            // A redirect would take the person along.
            AllowAutoRedirect = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        http = new HttpClient(handler) { BaseAddress = options.Address, Timeout = options.CallTimeout };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", options.ApiKey);
    }

    // <backend_calls>
    /// <summary>Asks for something to be done. The bank does it once for each key, however often it is asked.</summary>
    public async Task<BackendAnswer> AskAsync<T>(
        string path,
        Reference reference,
        T body,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = JsonContent.Create(body, options: snakeCase),
        };
        request.Headers.Add("Idempotency-Key", KeyOf(reference));
        using var response = await http.SendAsync(request, cancellationToken);
        return await ReadAsync<BackendAnswer>(response, cancellationToken);
    }

    /// <summary>What became of it; null when the bank never heard of it, and only then.</summary>
    public async Task<BackendAnswer?> FindAsync(
        string path,
        Reference reference,
        CancellationToken cancellationToken
    )
    {
        using var response = await http.GetAsync(
            new Uri($"{path}/{KeyOf(reference)}", UriKind.Relative),
            cancellationToken
        );
        return response.StatusCode == HttpStatusCode.NotFound
            ? null
            : await ReadAsync<BackendAnswer>(response, cancellationToken);
    }

    // </backend_calls>

    /// <summary>Looks something up; nothing is done, so it needs no key.</summary>
    public async Task<TAnswer> ReadAsync<TQuestion, TAnswer>(
        string path,
        TQuestion question,
        CancellationToken cancellationToken
    )
    {
        using var response = await http.PostAsJsonAsync(path, question, snakeCase, cancellationToken);
        return await ReadAsync<TAnswer>(response, cancellationToken);
    }

    public void Dispose() => http.Dispose();

    /// <summary>The world belongs to it: each sandbox is a bank of its own.</summary>
    private static string KeyOf(Reference reference) => $"{reference.World}-{reference.Id}";

    private static async Task<T> ReadAsync<T>(
        HttpResponseMessage response,
        CancellationToken cancellationToken
    )
    {
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<T>(snakeCase, cancellationToken)
            ?? throw new OutcomeNotKnownException("empty");
    }
}
