using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace OpenBanking.Internal;

/// <summary>The options as they were when the client was made, checked.</summary>
internal sealed record ClientSettings
{
    public required string Issuer { get; init; }
    public required string ApiAddress { get; init; }
    public required string ClientId { get; init; }
    public required ClientKey Key { get; init; }
    public ClientKey? DpopKey { get; init; }
    public ITokenStore? TokenStore { get; init; }
    public required CallSettings Call { get; init; }

    public static ClientSettings From(OpenBankingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var issuer = Addresses.ToIssuer(options.Authority, nameof(options.Authority));
        return new ClientSettings
        {
            Issuer = issuer,
            ApiAddress = options.ApiAddress is { } api
                ? Addresses.ToIssuer(api, nameof(options.ApiAddress))
                : issuer,
            ClientId = RequireClientId(options.ClientId),
            Key = RequireKey(options),
            DpopKey = options.DpopKey,
            TokenStore = options.TokenStore,
            Call = CallSettings.From(options),
        };
    }

    private static string RequireClientId(string? clientId) =>
        string.IsNullOrWhiteSpace(clientId)
            ? throw new ArgumentException(
                "Set ClientId to the app's id, app_…, as the bank gave it at registration.",
                nameof(clientId)
            )
            : clientId;

    private static ClientKey RequireKey(OpenBankingOptions options)
    {
        var key =
            options.Key
            ?? throw new ArgumentException(
                "Set Key to the app's registered key: ClientKey.FromPem, from your secret store.",
                nameof(options)
            );
        return key.Thumbprint == options.DpopKey?.Thumbprint
            ? throw new ArgumentException(
                "Set DpopKey to another key than Key, or leave it out: one key serves one purpose.",
                nameof(options)
            )
            : key;
    }
}

/// <summary>How single calls are made: what a client shares with the registration of an app.</summary>
internal sealed record CallSettings
{
    private const int MostRetries = 10;
    private static readonly TimeSpan LongestTotalTimeout = TimeSpan.FromMinutes(10);

    public required TimeProvider Clock { get; init; }
    public required ILogger Logger { get; init; }
    public required TimeSpan AttemptTimeout { get; init; }
    public required TimeSpan TotalTimeout { get; init; }
    public required int MaxRetries { get; init; }
    public HttpMessageHandler? HttpHandler { get; init; }

    public static CallSettings From(OpenBankingOptions options)
    {
        if (
            options.AttemptTimeout <= TimeSpan.Zero
            || options.TotalTimeout < options.AttemptTimeout
            || options.TotalTimeout > LongestTotalTimeout
        )
        {
            throw new ArgumentException(
                "Set AttemptTimeout to more than zero, and TotalTimeout to that or more, up to 10 minutes.",
                nameof(options)
            );
        }

        if (options.MaxRetries is < 0 or > MostRetries)
        {
            throw new ArgumentException("Set MaxRetries to 0–10.", nameof(options));
        }

        return new CallSettings
        {
            Clock =
                options.TimeProvider
                ?? throw new ArgumentException("Set TimeProvider, or leave it out.", nameof(options)),
            Logger =
                options.LoggerFactory?.CreateLogger(OpenBankingDiagnostics.ActivitySourceName)
                ?? NullLogger.Instance,
            AttemptTimeout = options.AttemptTimeout,
            TotalTimeout = options.TotalTimeout,
            MaxRetries = options.MaxRetries,
            HttpHandler = options.HttpHandler,
        };
    }
}
