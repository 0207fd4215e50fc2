using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OpenBanking.Tests.Sdk.AspNetCore;

/// <summary>A partner's app on a real port, and a browser with cookies that follows no redirects.</summary>
internal sealed class PartnerApp : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly DirectoryInfo keys;

    private PartnerApp(WebApplication app, DirectoryInfo keys, ConcurrentQueue<string> logs)
    {
        this.app = app;
        this.keys = keys;
        Logs = logs;
        Browser = NewBrowser();
    }

    public HttpClient Browser { get; }

    public ConcurrentQueue<string> Logs { get; }

    public Uri Address => new(app.Urls.First());

    public static async Task<PartnerApp> StartAsync(
        Action<IServiceCollection> services,
        Action<WebApplication> endpoints
    )
    {
        var logs = new ConcurrentQueue<string>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(new LogRecorder(logs)).SetMinimumLevel(LogLevel.Debug);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var directory = Directory.CreateTempSubdirectory("openbanking-sdk-tests");
        builder.Services.AddDataProtection().PersistKeysToFileSystem(directory);
        services(builder.Services);
        var server = builder.Build();
        endpoints(server);
        try
        {
            await server.StartAsync();
            return new PartnerApp(server, directory, logs);
        }
        catch
        {
            await server.DisposeAsync();
            directory.Delete(recursive: true);
            throw;
        }
    }

    public HttpClient NewBrowser() =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() })
        {
            BaseAddress = Address,
        };

    /// <summary>Waits until a line that begins so is in the log.</summary>
    public async Task LoggedAsync(string beginning)
    {
        for (var tries = 0; !Logs.Any(line => line.StartsWith(beginning, StringComparison.Ordinal)); tries++)
        {
            Assert.True(tries < 4000, $"No line begins with: {beginning}");
            await Task.Delay(5);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Browser.Dispose();
        await app.DisposeAsync();
        keys.Delete(recursive: true);
    }
}
