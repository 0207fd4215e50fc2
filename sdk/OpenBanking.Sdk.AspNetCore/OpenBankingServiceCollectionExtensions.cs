using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenBanking;
using OpenBanking.Internal;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts clients of OpenBanking into the container.</summary>
public static class OpenBankingServiceCollectionExtensions
{
    /// <summary>Adds <see cref="OpenBankingClient"/> as a singleton. Its options are checked when the app
    /// starts: an <see cref="OptionsValidationException"/> says what to set.</summary>
    /// <remarks>What the options leave open comes from the container, as singletons:
    /// <see cref="ITokenStore"/>, <see cref="TimeProvider"/>, <see cref="ILoggerFactory"/>, and the handler
    /// of the HTTP client named <c>OpenBanking</c>, which <c>services.AddHttpClient("OpenBanking")</c>
    /// configures further. Handlers that try again are of no use there: the client does so by itself, and each request goes out
    /// once. Called again, it configures the same client further, as a test does with an app's; the log says so, since
    /// of two apps it would be the wrong one.</remarks>
    /// <param name="services">The container's services.</param>
    /// <param name="configure">Sets the options: the bank, the app's id and its key at least. Called once, when the client is
    /// first asked for or the app starts.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddOpenBanking(
        this IServiceCollection services,
        Action<OpenBankingOptions> configure
    ) => services.AddOpenBanking(WithoutServices(configure));

    /// <summary>Adds <see cref="OpenBankingClient"/> as a singleton, with options made from other
    /// services.</summary>
    /// <param name="services">The container's services.</param>
    /// <param name="configure">Sets the options, with the app's services to take keys or stores from. Called once, when the
    /// client is first asked for or the app starts.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddOpenBanking(
        this IServiceCollection services,
        Action<OpenBankingOptions, IServiceProvider> configure
    )
    {
        AddNamed(services, Options.Options.DefaultName, configure);
        services.TryAddSingleton(provider => Create(provider, Options.Options.DefaultName));
        return services;
    }

    /// <summary>Adds an <see cref="OpenBankingClient"/> as a keyed singleton: for an app that works with
    /// several banks, or with a sandbox beside the live one. Inject it by
    /// <c>[FromKeyedServices("name")]</c>.</summary>
    /// <remarks>What the options leave open comes from the container, a keyed <see cref="ITokenStore"/> of
    /// the same name first. The HTTP client is named <c>OpenBanking:name</c>. Asking the container for a name that was not added is an
    /// <see cref="InvalidOperationException"/>, which says the names that were. Called again with the same name, it configures the
    /// same client further, and the log says so.</remarks>
    /// <param name="services">The container's services.</param>
    /// <param name="name">The client's name, as the app asks for it; not blank.</param>
    /// <param name="configure">Sets the options: the bank, the app's id and its key at least. Called once, when the client is
    /// first asked for or the app starts.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddOpenBanking(
        this IServiceCollection services,
        string name,
        Action<OpenBankingOptions> configure
    ) => services.AddOpenBanking(name, WithoutServices(configure));

    /// <summary>Adds an <see cref="OpenBankingClient"/> as a keyed singleton, with options made from other
    /// services.</summary>
    /// <param name="services">The container's services.</param>
    /// <param name="name">The client's name, as the app asks for it; not blank.</param>
    /// <param name="configure">Sets the options, with the app's services to take keys or stores from. Called once, when the
    /// client is first asked for or the app starts.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddOpenBanking(
        this IServiceCollection services,
        string name,
        Action<OpenBankingOptions, IServiceProvider> configure
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        AddNamed(services, name, configure);
        services.TryAddKeyedSingleton(name, (provider, _) => Create(provider, name));
        services.TryAddKeyedSingleton<OpenBankingClient>(KeyedService.AnyKey, RefuseUnknown);
        return services;
    }

    /// <summary>Keeps the tokens of linked customers in the app's <see cref="IDistributedCache"/>, encrypted, instead of
    /// this process's memory: see <see cref="DistributedTokenStore"/>. Each named client has a store of its own there.</summary>
    /// <remarks>Without a cache in the container, clients cannot be made: an <see cref="InvalidOperationException"/> says which to
    /// add.</remarks>
    /// <param name="services">The container's services. An <see cref="IDistributedCache"/> belongs among them.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddOpenBankingDistributedTokens(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddDataProtection();
        services.TryAddSingleton<DistributedTokens>();
        services.TryAddSingleton<ITokenStore>(static provider =>
            provider.GetRequiredService<DistributedTokens>().OfAll
        );
        return services;
    }

    private static Action<OpenBankingOptions, IServiceProvider> WithoutServices(
        Action<OpenBankingOptions> configure
    )
    {
        ArgumentNullException.ThrowIfNull(configure);
        return (options, _) => configure(options);
    }

    /// <summary>The container's own words would name the type, and not what was asked for.</summary>
    private static OpenBankingClient RefuseUnknown(IServiceProvider provider, object? key)
    {
        var known = provider
            .GetServices<AddedClient>()
            .Select(added => added.Name)
            .Where(name => name.Length > 0);
        throw new InvalidOperationException(
            $"No OpenBanking client is named \"{key}\": add it with AddOpenBanking(\"{key}\", …), or ask for one of "
                + $"{string.Join(", ", known.Distinct(StringComparer.Ordinal).Select(name => $"\"{name}\""))}."
        );
    }

    private static void AddNamed(
        IServiceCollection services,
        string name,
        Action<OpenBankingOptions, IServiceProvider> configure
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddSingleton(new AddedClient(name));
        services.AddDataProtection();
        services.TryAddSingleton<IWebhookInbox, MemoryWebhookInbox>();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<OpenBankingOptions>, ValidateOpenBankingOptions>()
        );

        // The client keeps its handler for good, so connections are renewed in it and not by the factory.
        services.AddKeyedSingleton<ConnectionOptions>(HttpClientName(name));
        services
            .AddHttpClient(HttpClientName(name))
            .ConfigurePrimaryHttpMessageHandler(provider => ConnectionsOf(provider, name).NewHandler())
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            // On .NET 8, or where the app shows headers of all its clients, the factory's own log lines would have tokens and proofs.
            .RedactLoggedHeaders(static _ => true);
        services.PostConfigure<HttpClientFactoryOptions>(
            HttpClientName(name),
            static options =>
                options.HttpMessageHandlerBuilderActions.Add(builder =>
                    SendOnce.AddTo(builder.AdditionalHandlers)
                )
        );
        services
            .AddOptions<OpenBankingOptions>(name)
            .Configure<IServiceProvider>(configure)
            .PostConfigure<IServiceProvider>((options, provider) => Complete(options, provider, name))
            .ValidateOnStart();
    }

    private static void Complete(OpenBankingOptions options, IServiceProvider provider, string name)
    {
        options.LoggerFactory ??= provider.GetService<ILoggerFactory>();
        options.TokenStore ??= StoreOf(provider, name);
        ConnectionsOf(provider, name).Options = options;
        options.HttpHandler ??= provider
            .GetRequiredService<IHttpMessageHandlerFactory>()
            .CreateHandler(HttpClientName(name));
        if (options.TimeProvider == TimeProvider.System)
        {
            options.TimeProvider = provider.GetService<TimeProvider>() ?? TimeProvider.System;
        }
    }

    /// <summary>The client's own store, or the one of all clients.</summary>
    private static ITokenStore? StoreOf(IServiceProvider provider, string name)
    {
        if (name.Length == 0)
        {
            return provider.GetService<ITokenStore>();
        }

        var ofAll = provider.GetKeyedService<ITokenStore>(name) ?? provider.GetService<ITokenStore>();
        // Two apps of one partner know a customer by the same id, and have tokens of their own.
        return provider.GetService<DistributedTokens>() is { } distributed && distributed.OfAll == ofAll
            ? distributed.Of(name)
            : ofAll;
    }

    private static OpenBankingClient Create(IServiceProvider provider, string name)
    {
        var times = provider.GetServices<AddedClient>().Count(added => added.Name == name);
        if (times > 1 && provider.GetService<ILoggerFactory>() is { } logs)
        {
            EndpointLog.AddedAgain(EndpointLog.Of(logs), HttpClientName(name), times);
        }

        return new(provider.GetRequiredService<IOptionsMonitor<OpenBankingOptions>>().Get(name));
    }

    private static ConnectionOptions ConnectionsOf(IServiceProvider provider, string name) =>
        provider.GetRequiredKeyedService<ConnectionOptions>(HttpClientName(name));

    private static string HttpClientName(string name) =>
        name.Length == 0 ? "OpenBanking" : $"OpenBanking:{name}";

    /// <summary>One call of AddOpenBanking: an empty name is that of the client without one.</summary>
    private sealed record AddedClient(string Name);
}
