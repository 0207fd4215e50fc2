using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using OpenBanking.Server;
using OpenBanking.Server.CommandLine;
using OpenBanking.Server.Storage;

namespace OpenBanking.Testing.Internal;

/// <summary>The server in this process, on a port that was free, with a folder that goes when it stops.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private const int MostPorts = 20;

    private readonly WebApplication app;
    private readonly string folder;
    private readonly Lazy<Task> ending;

    private RunningServer(
        WebApplication app,
        Uri address,
        string folder,
        Deliveries deliveries,
        NextRefusals refusals
    )
    {
        this.app = app;
        this.folder = folder;
        Address = address;
        Deliveries = deliveries;
        Refusals = refusals;
        ending = new Lazy<Task>(EndAsync);
    }

    public Uri Address { get; }

    public Deliveries Deliveries { get; }

    public NextRefusals Refusals { get; }

    public PersonTurns Turns { get; } = new();

    public IServiceProvider Services
    {
        get
        {
            ThrowIfEnded();
            return app.Services;
        }
    }

    public T Get<T>()
        where T : notnull => Services.GetRequiredService<T>();

    /// <summary>The issuer is known before the port is bound; a port that somebody takes meanwhile is left to them.</summary>
    public static async Task<RunningServer> StartAsync(
        IReadOnlyList<string> settings,
        CancellationToken cancellationToken
    )
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await StartAtAsync(
                        new Uri($"http://localhost:{FreePort()}"),
                        settings,
                        cancellationToken
                    )
                    .ConfigureAwait(false);
            }
            catch (IOException taken)
                when (taken.InnerException is AddressInUseException && tries < MostPorts)
            {
                // The next.
            }
        }
    }

    /// <exception cref="ObjectDisposedException">The bank has been stopped.</exception>
    public void ThrowIfEnded()
    {
        if (ending.IsValueCreated)
        {
            throw Ended();
        }
    }

    /// <summary>Ends it once, however often it is asked to.</summary>
    public ValueTask DisposeAsync() => new(ending.Value);

    private static ObjectDisposedException Ended() =>
        new(nameof(SandboxBank), "The bank has been stopped: dispose it after its last use.");

    private async Task EndAsync()
    {
        Deliveries.End(Ended());
        try
        {
            await app.StopAsync().ConfigureAwait(false);
            await app.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<RunningServer> StartAtAsync(
        Uri address,
        IReadOnlyList<string> settings,
        CancellationToken cancellationToken
    )
    {
        var folder = Directory.CreateTempSubdirectory("openbanking-bank-").FullName;
        try
        {
            EmptyBooks.CopyTo(folder);
            return await StartInAsync(folder, address, settings, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    private static async Task<RunningServer> StartInAsync(
        string folder,
        Uri address,
        IReadOnlyList<string> settings,
        CancellationToken cancellationToken
    )
    {
        var (deliveries, refusals) = (new Deliveries(), new NextRefusals());
        var app = Program.Build(
            [
                $"--Server:PublicAddress={address}",
                // Wherever the machine has apps listen.
                $"--urls={address}",
                $"--Server:DataFolder={folder}",
                "--Server:RequestsPerSecond=1000000",
                "--Server:RequestBurst=1000000",
                // What is over is paid out when the clock moves on, as in a sandbox.
                "--Settlement:DailyPayouts=true",
                "--Logging:LogLevel:Default=None",
                "--Logging:LogLevel:Microsoft.AspNetCore=None",
                "--Logging:LogLevel:Microsoft.AspNetCore.DataProtection=None",
                "--Logging:LogLevel:Microsoft.Hosting.Lifetime=None",
                // With the dashes of a command line or without: of what has too many no notice is taken.
                .. settings.Select(setting => "--" + setting.TrimStart('-')),
            ],
            builder => builder.Services.AddSingleton<IStartupFilter>(new TestingFilter(deliveries, refusals)),
            argumentsAlone: true
        );
        try
        {
            await app.PrepareAsync().ConfigureAwait(false);
            await app.StartAsync(cancellationToken).ConfigureAwait(false);
            return new(app, address, folder, deliveries, refusals);
        }
        catch
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
