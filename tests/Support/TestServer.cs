using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using OpenBanking.Server;
using OpenBanking.Server.CommandLine;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;

namespace OpenBanking.Tests;

/// <summary>The real server in this process: real Kestrel on a free port, a store of its own in a temporary folder, or
/// with <c>OPENBANKING_TEST_STORE=postgres</c> in a database of its own. Only PINs are hashed in less time: a thousand
/// customers set and enter theirs.</summary>
public sealed class TestServer : IAsyncDisposable
{
    /// <summary>The database of each data folder: a server that is started again finds its data.</summary>
    private static readonly ConcurrentDictionary<string, string> databases = [];

    /// <summary>A database with the schema and nothing in it, which the others are copies of.</summary>
    /// <summary>Whether servers of this run are on a store that several may share.</summary>
    public static bool MayHaveManyNodes =>
        Environment.GetEnvironmentVariable("OPENBANKING_TEST_STORE") == "postgres";

    private static readonly Lazy<Task<string>> template = new(async () =>
    {
        var database = PostgresCluster.Shared.NewDatabase();
        if (await Program.RunAsync(["migrate", .. SettingsOf(database)]) != 0)
        {
            throw new InvalidOperationException("The schema could not be made.");
        }

        return database;
    });

    private readonly WebApplication app;
    private readonly bool ownsFolder;

    private TestServer(
        WebApplication app,
        Uri address,
        string dataFolder,
        bool ownsFolder,
        DocumentedAnswers answers
    )
    {
        this.app = app;
        Answers = answers;
        this.ownsFolder = ownsFolder;
        Address = address;
        DataFolder = dataFolder;
    }

    public Uri Address { get; }

    public string DataFolder { get; }

    /// <summary>What holds its answers to the OpenAPI document.</summary>
    public DocumentedAnswers Answers { get; }

    public IServiceProvider Services => app.Services;

    /// <summary>The files of its data folder, and of its database when that is elsewhere; without the lock, which is empty
    /// and cannot be read.</summary>
    public IEnumerable<string> Files =>
        Directory
            .EnumerateFiles(DataFolder, "*", SearchOption.AllDirectories)
            .Where(file => !file.EndsWith(".lock", StringComparison.Ordinal))
            .Concat(
                databases.TryGetValue(DataFolder, out var database)
                    ? PostgresCluster.Shared.FilesOf(database)
                    : []
            );

    /// <param name="configure">What the test adds to or replaces in the server.</param>
    /// <param name="dataFolder">Data of an earlier server; new and thrown away when null.</param>
    /// <param name="settings">Settings, such as <c>Server:RequestsPerSecond=5</c>.</param>
    public static async Task<TestServer> StartAsync(
        Action<WebApplicationBuilder>? configure = null,
        string? dataFolder = null,
        params string[] settings
    )
    {
        var address = new Uri($"http://localhost:{Ports.Free()}");
        var folder = dataFolder ?? NewFolder();
        var answers = new DocumentedAnswers();
        var store = await StoreOfAsync(folder);
        var app = Program.Build(
            [
                $"--Server:PublicAddress={address}",
                $"--Server:DataFolder={folder}",
                "--Server:RequestsPerSecond=1000000",
                "--Server:RequestBurst=1000000",
                "--Logging:LogLevel:Default=None",
                "--Logging:LogLevel:Microsoft.AspNetCore=None",
                "--Logging:LogLevel:Microsoft.Hosting.Lifetime=None",
                "--Logging:LogLevel:Microsoft.AspNetCore.DataProtection=None",
                .. store,
                .. settings.Select(setting => "--" + setting),
            ],
            builder =>
            {
                builder.Services.AddSingleton(provider => new PinHash(
                    provider.GetRequiredService<ServerKeys>(),
                    iterations: 1_000
                ));
                builder.Services.AddSingleton<IStartupFilter>(answers);
                configure?.Invoke(builder);
            }
        );
        await app.PrepareAsync();
        await app.StartAsync();
        return new(app, address, folder, ownsFolder: dataFolder is null, answers);
    }

    public T Get<T>()
        where T : notnull => app.Services.GetRequiredService<T>();

    private static string NewFolder()
    {
        var folder = Directory.CreateTempSubdirectory("openbanking-test-").FullName;
        EmptyBooks.CopyTo(folder);
        return folder;
    }

    private static async Task<string[]> StoreOfAsync(string folder)
    {
        switch (Environment.GetEnvironmentVariable("OPENBANKING_TEST_STORE"))
        {
            case null or "" or "sqlite":
                return [];
            case "postgres":
                var empty = await template.Value;
                return SettingsOf(databases.GetOrAdd(folder, _ => PostgresCluster.Shared.NewDatabase(empty)));
            case var other:
                throw new InvalidOperationException($"There is no store {other}.");
        }
    }

    /// <summary>With few connections, each of which costs a process of PostgreSQL and all that this learns of the schema.</summary>
    private static string[] SettingsOf(string database) =>
        [
            "--Storage:Provider=Postgres",
            $"--Storage:ConnectionString={PostgresCluster.Shared.ConnectionStringOf(database)};Maximum Pool Size=4",
        ];

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        if (ownsFolder)
        {
            Directory.Delete(DataFolder, recursive: true);
        }

        Answers.ThrowIfUndocumented();
    }
}
