using System.Diagnostics;
using Npgsql;

namespace OpenBanking.Tests;

/// <summary>A PostgreSQL cluster of this process's own, in a temporary folder. It ends with the process, however that
/// ends: a keeper waits for the end of a pipe, stops the cluster and deletes its folder. Needs the server's programs, as
/// Debian's package <c>postgresql</c> has them.</summary>
public sealed class PostgresCluster : IDisposable
{
    private const string KeepUntilTheEnd = """
        trap '' HUP INT TERM
        cat >/dev/null
        "$1" -D "$2/data" -m immediate -w stop >/dev/null 2>&1
        rm -rf "$2"
        """;

    /// <summary>The postmaster is stopped first, so that it neither starts nor mourns a child meanwhile. A process that is
    /// dead and not yet buried counts as gone; another start would take it for a running server, if it found its lock.</summary>
    private const string KillAll = """
        postmaster=$(head -1 "$1/data/postmaster.pid")
        kill -STOP "$postmaster"
        all="$postmaster $(pgrep -P "$postmaster")"
        kill -KILL $all
        for pid in $all; do
          while ps -o state= -p "$pid" | grep -q '[^Z ]'; do sleep 0.01; done
        done
        rm -f "$1/data/postmaster.pid" "$1"/.s.PGSQL.*
        """;

    private static readonly Lazy<PostgresCluster> shared = new(() => new PostgresCluster(durable: false));

    private readonly string folder;
    private readonly string log;
    private readonly bool durable;
    private readonly string more;
    private readonly Process keeper;
    private int databases;

    /// <param name="durable">Whether commits wait for the disk; tests that kill nothing are faster without.</param>
    /// <param name="more">Settings of the server, such as <c>shared_buffers=1GB</c>.</param>
    public PostgresCluster(bool durable, params string[] more)
        : this(durable, Path.GetTempPath(), initdb: [], more) { }

    /// <param name="durable">Whether commits wait for the disk.</param>
    /// <param name="parent">Where its folder is made.</param>
    /// <param name="initdb">More options of initdb.</param>
    /// <param name="more">Settings of the server.</param>
    public PostgresCluster(bool durable, string parent, IReadOnlyList<string> initdb, params string[] more)
    {
        this.durable = durable;
        this.more = string.Concat(more.Select(setting => $" -c {setting}"));
        Port = Ports.Free();
        folder = NewFolder(parent);
        log = parent == Path.GetTempPath() ? Path.Combine(folder, "log") : "/dev/null";
        keeper = Launch("setsid", "sh", "-c", KeepUntilTheEnd, "keeper", ProgramFile("pg_ctl"), folder);
        try
        {
            string[] usual = ["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync"];
            Run(ProgramFile("initdb"), ["-D", DataFolder, .. usual, .. initdb]);
            Start();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The one that tests share which only need a database.</summary>
    public static PostgresCluster Shared => shared.Value;

    public int Port { get; }

    /// <summary>The processes of the cluster, as they are now.</summary>
    public IReadOnlyList<int> Processes
    {
        get
        {
            var postmaster = File.ReadLines(Path.Combine(DataFolder, "postmaster.pid")).First();
            return
            [
                int.Parse(postmaster),
                .. File.ReadAllText($"/proc/{postmaster}/task/{postmaster}/children")
                    .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                    .Select(int.Parse),
            ];
        }
    }

    private string DataFolder => Path.Combine(folder, "data");

    public string ConnectionStringOf(string database) =>
        $"Host=127.0.0.1;Port={Port};Database={database};Username=postgres;SslMode=Disable;GssEncryptionMode=Disable;Timeout=60";

    /// <summary>Makes an empty database, or a copy of another that nobody is connected to: of its files, which takes half of the
    /// time that it takes through the log.</summary>
    public string NewDatabase(string template = "template0")
    {
        var name = $"test_{Interlocked.Increment(ref databases)}";
        Execute("postgres", $"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY");
        return name;
    }

    /// <summary>The files of a database, everything in it written to them, and the server's log.</summary>
    public IReadOnlyList<string> FilesOf(string database)
    {
        Execute("postgres", "CHECKPOINT");
        using var connection = new NpgsqlConnection($"{ConnectionStringOf(database)};Pooling=false");
        connection.Open();
        using var command = new NpgsqlCommand(
            "SELECT oid::text FROM pg_database WHERE datname = current_database()",
            connection
        );
        var files = Directory.GetFiles(Path.Combine(DataFolder, "base", (string)command.ExecuteScalar()!));
        return File.Exists(log) ? [.. files, log] : files;
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
        var place = $"-p {Port} -k {folder} -c listen_addresses=127.0.0.1 -c max_connections=200";
        var speed = durable
            ? ""
            : " -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off -c jit=off -c shared_buffers=32MB";
        Run(
            ProgramFile("pg_ctl"),
            "-D",
            DataFolder,
            "-l",
            log,
            "-o",
            place + speed + more,
            "-w",
            "-s",
            "start"
        );
    }

    /// <summary>Starts it again if it has ended by itself, as an operator does.</summary>
    public void StartIfEnded()
    {
        if (!IsRunning())
        {
            Start();
        }
    }

    /// <summary>An empty folder of the server's own user.</summary>
    public static string NewFolder(string parent) =>
        Run("mktemp", "-d", Path.Combine(parent, "openbanking-postgres-XXXXXX")).Trim();

    /// <summary>kill -9 for all of its processes, as when the machine stops.</summary>
    public void Kill() => Run("sh", "-c", KillAll, "kill", folder);

    public void Dispose()
    {
        keeper.StandardInput.Close();
        keeper.WaitForExit();
        keeper.Dispose();
    }

    private bool IsRunning()
    {
        using var status = Launch(ProgramFile("pg_ctl"), "-D", DataFolder, "status");
        status.WaitForExit();
        return status.ExitCode == 0;
    }

    private static string Run(string program, params string[] arguments)
    {
        using var process = Launch(program, arguments);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {error.Result}");
    }

    /// <summary>Starts a program as somebody who may run the server: it refuses root.</summary>
    private static Process Launch(string program, params string[] arguments)
    {
        string[] command =
            Environment.UserName == "root"
                ? ["runuser", "-u", "postgres", "--", program, .. arguments]
                : [program, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Path.GetTempPath(),
        };
        return Process.Start(start)!;
    }

    public static string ProgramFile(string name) =>
        Directory.Exists("/usr/lib/postgresql")
            ? Directory
                .GetDirectories("/usr/lib/postgresql")
                .OrderByDescending(version => int.Parse(Path.GetFileName(version)))
                .Select(version => Path.Combine(version, "bin", name))
                .First(File.Exists)
            : name;
}
