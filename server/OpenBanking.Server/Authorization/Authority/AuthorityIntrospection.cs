using System.Collections.Concurrent;
using System.Text.Json;

namespace OpenBanking.Server.Authorization.Authority;

/// <summary>Asks the authority whether a token counts (RFC 7662). An answer is remembered for a moment, counted from when
/// it was asked for: so late it is noticed that a token was taken back. Those who ask about one token at once share one
/// question.</summary>
public sealed class AuthorityIntrospection(
    AuthorityOptions options,
    AuthorityMetadata metadata,
    AuthorityConnection connection,
    AuthorityClientAuthentication authentication,
    TimeProvider time
)
{
    private const int MostKeptInGeneration = 10_000;

    /// <summary>By the token's hash.</summary>
    private readonly RecentlyUsed<Answer> kept = new(MostKeptInGeneration);
    private readonly ConcurrentDictionary<string, Lazy<Task<Answer>>> asking = [];

    /// <summary>What the authority says of the token; null when it does not count.</summary>
    /// <exception cref="AuthorityUnavailableException">Nobody knows.</exception>
    public async ValueTask<JsonElement?> AskAsync(string token, string hash)
    {
        if (kept.Find(hash) is { } known && IsFresh(known))
        {
            return known.Claims;
        }

        var question = asking.GetOrAdd(hash, _ => new(() => AskOnceAsync(token)));
        try
        {
            var answer = await question.Value;
            kept.Keep(hash, answer);
            return answer.Claims;
        }
        finally
        {
            asking.TryRemove(new(hash, question));
        }
    }

    private bool IsFresh(Answer answer) =>
        time.GetUtcNow() - answer.AskedAt is var age
        && age >= TimeSpan.Zero
        && age < options.IntrospectionKept;

    private async Task<Answer> AskOnceAsync(string token)
    {
        var place = (await metadata.GetAsync()).Introspection!;
        var askedAt = time.GetUtcNow();
        using var request = new HttpRequestMessage(HttpMethod.Post, place);
        request.Content = new FormUrlEncodedContent([
            new("token", token),
            new("token_type_hint", "access_token"),
            .. authentication.Authenticate(request),
        ]);
        request.Headers.Accept.Add(new("application/json"));
        // What it calls a wrong request is no token of its.
        return await connection.SendAsync(request) is not { } answer ? new(null, askedAt)
            : answer.TryGetProperty("active", out var active)
            && active.ValueKind is JsonValueKind.True or JsonValueKind.False
                ? new(active.GetBoolean() ? answer : null, askedAt)
            : throw connection.Failed($"{place} does not say whether the token is active.", inner: null);
    }

    /// <param name="Claims">Null when the token does not count.</param>
    private sealed record Answer(JsonElement? Claims, DateTimeOffset AskedAt);
}
