using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace OpenBanking.Internal;

/// <summary>The options as they were when the client was made, checked.</summary>
internal sealed record ClientSettings
{
    public required string Issuer { get; init; }
    public required string ApiAddress { get; init; }
    public required string ClientId { get; init; }

    /// <summary>Gives what signs assertions; null for a client that authenticates by certificate.</summary>
    public Func<ClientKey>? Key { get; init; }

    /// <summary>Gives what connections are made with; null for a client that authenticates by key.</summary>
    public Func<X509Certificate2>? Certificate { get; init; }
    public bool BindsTokensToCertificate { get; init; }
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
                ? Addresses.ToApi(api, nameof(options.ApiAddress))
                : issuer,
            ClientId = RequireClientId(options.ClientId),
            Key = ReadKey(options),
            Certificate = CertificateOption.Read(options),
            BindsTokensToCertificate = ReadBinding(options),
            DpopKey = options.DpopKey,
            TokenStore = options.TokenStore,
            Call = CallSettings.From(options),
        };
    }

    /// <summary>What the client authenticates with, as messages name it.</summary>
    public string Credential =>
        Key is not null ? $"the key {Key().Thumbprint}" : $"the certificate {Certificate!().Thumbprint}";

    public SenderBinding NewBinding() =>
        BindsTokensToCertificate
            ? new CertificateBinding(Certificate!)
            : new Dpop(DpopKey ?? ClientKey.CreateEs256(), Call.Clock);

    private static bool ReadBinding(OpenBankingOptions options) =>
        !options.BindTokensToCertificate ? false
        : CertificateOption.Read(options) is null || options.DpopKey is not null
            ? throw new ArgumentException(
                "Set BindTokensToCertificate with ClientCertificate, and without DpopKey.",
                nameof(options)
            )
        : options.ApiAddress is null
            ? throw new ArgumentException(
                "Set ApiAddress to where the API takes certificates: tokens that are bound to one are good nowhere else.",
                nameof(options)
            )
        : true;

    private static string RequireClientId(string? clientId) =>
        string.IsNullOrEmpty(clientId) || !Texts.IsVisibleAscii(clientId)
            ? throw new ArgumentException(
                "Set ClientId to the app's id, app_…, as the bank gave it at registration: visible ASCII, without white space or a line's "
                    + "end.",
                nameof(clientId)
            )
            : clientId;

    private static Func<ClientKey>? ReadKey(OpenBankingOptions options)
    {
        object?[] credentials =
        [
            options.Key,
            options.CurrentKey,
            options.ClientCertificate,
            options.CurrentClientCertificate,
        ];
        if (credentials.Count(credential => credential is not null) != 1)
        {
            throw new ArgumentException(
                "Set Key to the app's registered key: ClientKey.FromPem, from your secret store. Or set CurrentKey, for keys that "
                    + "are replaced while the app runs, or ClientCertificate or CurrentClientCertificate, for an app that is registered "
                    + "with one. Of the four set one.",
                nameof(options)
            );
        }

        var key =
            options.Key is { } one ? () => one
            : options.CurrentKey is { } current ? () => current() ?? throw NoKey()
            : (Func<ClientKey>?)null;
        return options.DpopKey is { } dpopKey && key?.Invoke().Thumbprint == dpopKey.Thumbprint
            ? throw new ArgumentException(
                "Set DpopKey to another key than Key, or leave it out: one key serves one purpose.",
                nameof(options)
            )
            : key;
    }

    private static InvalidOperationException NoKey() =>
        new(
            "CurrentKey gave null: give the app's registered key, ClientKey.FromPem, from your secret store."
        );
}

/// <summary>The certificate of the options.</summary>
internal static class CertificateOption
{
    private const string Advice = "with its private key: the connection proves that the app has it.";

    /// <summary>Gives the certificate of now; null when there is none.</summary>
    /// <exception cref="ArgumentException">It is without its private key.</exception>
    public static Func<X509Certificate2>? Read(OpenBankingOptions options)
    {
        if (options.ClientCertificate is { HasPrivateKey: false })
        {
            throw new ArgumentException($"Set ClientCertificate {Advice}", nameof(options));
        }

        return options.ClientCertificate is { } one ? () => one
            : options.CurrentClientCertificate is { } current ? () => Check(current())
            : null;
    }

    /// <exception cref="InvalidOperationException">It is none, or without its private key.</exception>
    public static X509Certificate2 Check(X509Certificate2? certificate) =>
        certificate is { HasPrivateKey: true }
            ? certificate
            : throw new InvalidOperationException($"CurrentClientCertificate gave none: give one {Advice}");
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

    /// <summary>The partner's own, or one for the certificate.</summary>
    public required HttpMessageHandler HttpHandler { get; init; }

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
            Logger = options.LoggerFactory is { } loggers
                ? new SafeLogger(loggers.CreateLogger(OpenBankingDiagnostics.ActivitySourceName))
                : NullLogger.Instance,
            AttemptTimeout = options.AttemptTimeout,
            TotalTimeout = options.TotalTimeout,
            MaxRetries = options.MaxRetries,
            HttpHandler = options.HttpHandler ?? NewConnections.Of(options),
        };
    }
}
