using System.Diagnostics;
using Npgsql;

namespace OpenBanking.Tests;

/// <summary>A PostgreSQL cluster of this process's own, in a temporary folder, thrown away with it. Needs the server's
/// programs, as Debian's package <c>postgresql</c> has them.</summary>
public sealed class PostgresCluster : IDisposable
{
    private static readonly Lazy<PostgresCluster> shared = new(() =>
    {
        var cluster = new PostgresCluster(durable: false);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => cluster.Dispose();
        return cluster;
    });

    private readonly string folder;
    private readonly bool durable;
    private int databases;

    /// <param name="durable">Whether commits wait for the disk; tests that kill nothing are faster without.</param>
    public PostgresCluster(bool durable)
    {
        this.durable = durable;
        Port = Ports.Free();
        folder = Run("mktemp", "-d", Path.Combine(Path.GetTempPath(), "openbanking-postgres-XXXXXX")).Trim();
        Run(
            ProgramFile("initdb"),
            "-D",
            DataFolder,
            "-A",
            "trust",
            "-U",
            "postgres",
            "-E",
            "UTF8",
            "--locale=C"
        );
        Start();
    }

    /// <summary>The one that tests share which only need a database.</summary>
    public static PostgresCluster Shared => shared.Value;

    public int Port { get; }

    private string DataFolder => Path.Combine(folder, "data");

    public string ConnectionStringOf(string database) =>
        $"Host=127.0.0.1;Port={Port};Database={database};Username=postgres";

    /// <summary>Makes an empty database, or a copy of another that nobody is connected to.</summary>
    public string NewDatabase(string template = "template0")
    {
        var name = $"test_{Interlocked.Increment(ref databases)}";
        Execute("postgres", $"CREATE DATABASE {name} TEMPLATE {template}");
        return name;
    }

    public void DropDatabase(string name) => Execute("postgres", $"DROP DATABASE {name} WITH (FORCE)");

    public void Execute(string database, string sql)
    {
        using var connection = new NpgsqlConnection($"{ConnectionStringOf(database)};Pooling=false");
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    public void Start()
    {
        var settings = $"-p {Port} -k {folder} -c listen_addresses=127.0.0.1 -c max_connections=200";
        var speed = durable ? "" : " -c fsync=off -c synchronous_commit=off -c full_page_writes=off";
        var log = Path.Combine(folder, "log");
        Run(ProgramFile("pg_ctl"), "-D", DataFolder, "-l", log, "-o", settings + speed, "-w", "start");
    }

    /// <summary>kill -9 for all of its processes, as when the machine stops.</summary>
    public void Kill() =>
        Run(
            "sh",
            "-c",
            $"kill -9 $(head -1 {DataFolder}/postmaster.pid); while kill -0 $(head -1 {DataFolder}/postmaster.pid) 2>/dev/null; do :; done"
        );

    public void Dispose()
    {
        Run(ProgramFile("pg_ctl"), "-D", DataFolder, "-m", "immediate", "stop");
        Run("rm", "-rf", folder);
    }

    /// <summary>Runs a program as somebody who may run the server: it refuses root.</summary>
    private static string Run(string program, params string[] arguments)
    {
        string[] command =
            Environment.UserName == "root"
                ? ["runuser", "-u", "postgres", "--", program, .. arguments]
                : [program, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Path.GetTempPath(),
        };
        using var process = Process.Start(start)!;
        // A server that was started keeps the pipes open, so nothing waits for their end.
        var output = program.EndsWith("mktemp", StringComparison.Ordinal)
            ? process.StandardOutput.ReadToEnd()
            : "";
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException(
                $"{string.Join(' ', command)} ended with {process.ExitCode}."
            );
    }

    private static string ProgramFile(string name) =>
        Directory.Exists("/usr/lib/postgresql")
            ? Directory
                .GetDirectories("/usr/lib/postgresql")
                .OrderByDescending(version => int.Parse(Path.GetFileName(version)))
                .Select(version => Path.Combine(version, "bin", name))
                .First(File.Exists)
            : name;
}
