using OpenBanking.Server.Http;

namespace OpenBanking.Server.Authorization.Authority;

/// <summary>Where the authority has what is needed of it.</summary>
public sealed record AuthorityAddresses(string Keys, string? Introspection);

/// <summary>Reads what the authority says of itself (OpenID Connect Discovery 1.0). Checks, in order: the issuer is the one
/// that is set, to the letter; the keys are at a safe address; so is introspection, where it is used.</summary>
public sealed class AuthorityMetadata : IDisposable
{
    private static readonly TimeSpan freshFor = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan usableFor = TimeSpan.FromHours(24);

    private readonly AuthorityOptions options;
    private readonly AuthorityConnection connection;
    private readonly bool isSandbox;
    private readonly Fetched<AuthorityAddresses> addresses;

    public AuthorityMetadata(
        AuthorityOptions options,
        AuthorityConnection connection,
        ServerMode mode,
        TimeProvider time
    )
    {
        this.options = options;
        this.connection = connection;
        isSandbox = mode.IsSandbox;
        addresses = new(FetchAsync, freshFor, usableFor, time);
    }

    public ValueTask<AuthorityAddresses> GetAsync() => addresses.GetAsync();

    public void Dispose() => addresses.Dispose();

    private async Task<AuthorityAddresses> FetchAsync()
    {
        var place = options.Authority!.TrimEnd('/') + "/.well-known/openid-configuration";
        var document = await connection.GetAsync(place);
        if (JsonText.Of(document, "issuer") != options.Authority)
        {
            throw connection.Failed($"{place} is of another issuer than {options.Authority}.", inner: null);
        }

        var keys = JsonText.Of(document, "jwks_uri");
        var introspection = JsonText.Of(document, "introspection_endpoint");
        return
            AuthorityOptions.IsSafe(keys, isSandbox)
            && (!options.Introspection || AuthorityOptions.IsSafe(introspection, isSandbox))
            ? new(keys!, introspection)
            : throw connection.Failed(
                $"{place} names no https address for keys or introspection.",
                inner: null
            );
    }
}
