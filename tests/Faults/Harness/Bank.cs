using Xunit;

namespace OpenBanking.Tests.Faults;

/// <summary>The data of one bank, which outlives the processes that serve it: a folder, and a database of its own if it is
/// on PostgreSQL.</summary>
public sealed class Bank : IAsyncDisposable
{
    /// <summary>The outside answers at once or never; what a dead worker had in hand is taken up again soon.</summary>
    private static readonly string[] impatient = ["--Outside:Deadline=00:00:01", "--Outside:Lease=00:00:02"];

    /// <summary>One that is durable, for every test that does not harm it.</summary>
    private static readonly Lazy<PostgresCluster> cluster = new(() => new PostgresCluster(durable: true));

    private readonly List<ServerProcess> processes = [];
    private readonly bool ownsFolder;

    private Bank(string? folder, string directConnectionString = "", params IReadOnlyList<string> store)
    {
        DirectConnectionString = directConnectionString;
        ownsFolder = folder is null;
        Folder = folder ?? Directory.CreateTempSubdirectory("openbanking-fault-").FullName;
        Store = store;
    }

    /// <summary>What partners know it by; its first node listens there.</summary>
    public Uri Address { get; } = new($"http://localhost:{Ports.Free()}");

    public string Folder { get; }

    /// <summary>The way to its PostgreSQL, past what stands between.</summary>
    public string DirectConnectionString { get; }

    /// <summary>The settings of its store.</summary>
    public IReadOnlyList<string> Store { get; }

    public static Bank On(string store) =>
        store == "Sqlite" ? OnSqlite() : OnPostgres(cluster.Value, cluster.Value.NewDatabase());

    /// <param name="folder">Where the file lies; a temporary folder when null.</param>
    public static Bank OnSqlite(string? folder = null) => new(folder);

    /// <param name="port">What stands between it and the database, when something does.</param>
    public static Bank OnPostgres(PostgresCluster cluster, string database, int? port = null) =>
        new(
            folder: null,
            cluster.ConnectionStringOf(database),
            "--Storage:Provider=Postgres",
            "--Storage:ConnectionString="
                + cluster
                    .ConnectionStringOf(database)
                    .Replace($"Port={cluster.Port}", $"Port={port ?? cluster.Port}")
        );

    /// <summary>A database of the shared cluster, behind a network.</summary>
    public static Bank OnPostgresBehind(out TcpProxy network)
    {
        network = new TcpProxy(cluster.Value.Port);
        return OnPostgres(cluster.Value, cluster.Value.NewDatabase(), network.Port);
    }

    /// <summary>Starts the node that listens at the bank's address.</summary>
    public Task<ServerProcess> StartAsync(params IReadOnlyList<string> settings) =>
        StartAsync(new Dictionary<string, string>(), settings);

    /// <param name="environment">Environment variables for it.</param>
    public async Task<ServerProcess> StartAsync(
        IReadOnlyDictionary<string, string> environment,
        params IReadOnlyList<string> settings
    )
    {
        var server = await LaunchAsync(Address, environment, settings);
        Assert.False(server.HasExited, $"The server ended before it was ready: {server.Said}");
        return server;
    }

    /// <summary>Starts it to end at a point, perhaps before it is ready.</summary>
    public Task<ServerProcess> StartToCrashAsync(string point) =>
        LaunchAsync(Address, new Dictionary<string, string>(), [$"--Server:CrashAt={point}"]);

    /// <summary>Starts another node; partners sign for the bank's address and reach it here.</summary>
    public Task<ServerProcess> StartNodeAsync(Uri listening, params IReadOnlyList<string> settings) =>
        LaunchAsync(
            listening,
            new Dictionary<string, string>(),
            [$"--urls={listening.GetLeftPart(UriPartial.Authority)}", .. settings]
        );

    /// <summary>Ends whatever serves it.</summary>
    public async Task StopAsync()
    {
        foreach (var process in processes)
        {
            await process.DisposeAsync();
        }

        processes.Clear();
    }

    /// <summary>Everything that a bank can prove of itself when nobody serves it.</summary>
    public async Task AssertItsBooksHoldAsync(ITestOutputHelper output)
    {
        await StopAsync();
        foreach (var proof in (string[])["verify-books", "verify-audit"])
        {
            var (exitCode, report) = await ServerProcess.RunToEndAsync([
                proof,
                $"--Server:DataFolder={Folder}",
                .. Store,
            ]);
            output.WriteLine(report.TrimEnd());
            Assert.True(exitCode == 0, report);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (ownsFolder)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private async Task<ServerProcess> LaunchAsync(
        Uri listening,
        IReadOnlyDictionary<string, string> environment,
        IReadOnlyList<string> settings
    )
    {
        var process = await ServerProcess.LaunchAsync(
            listening,
            [
                $"--Server:PublicAddress={Address}",
                $"--Server:DataFolder={Folder}",
                .. Store,
                .. impatient,
                .. settings,
            ],
            environment
        );
        processes.Add(process);
        return process;
    }
}
