using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace OpenBanking.Tests.Faults;

/// <summary>A server that cannot start says why in one sentence, and leaves nothing behind.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class WrongStartTests : IDisposable
{
    private const int CannotStart = 2;
    private readonly string folder = Directory.CreateTempSubdirectory("openbanking-start-").FullName;

    [Theory]
    [InlineData("There is no command", "bogus")]
    [InlineData("There is no command", "verify-book")]
    [InlineData("plain http", "--Server:PublicAddress=http://bank.example")]
    [InlineData("PublicAddress", "--Server:PublicAddress=nonsense")]
    [InlineData("Server:PublicAddress is empty", "--Server:PublicAddress=")]
    [InlineData("Server:Sandbox", "--Server:Sandbox=maybe")]
    [InlineData("Server:Sandbox is \"maybe\"; true or false is expected", "--Server:Sandbox=maybe")]
    [InlineData("Storage:Provider is \"MySql\"; Sqlite or Postgres is expected", "--Storage:Provider=MySql")]
    [InlineData("Storage:Provider is \"7\"; Sqlite or Postgres is expected", "--Storage:Provider=7")]
    [InlineData("Storage:Provider is \"1\"; Sqlite or Postgres", "migrate", "--Storage:Provider=1")]
    [InlineData("Risk:WithoutAnswer is \"0\";", "--Risk:WithoutAnswer=0")]
    [InlineData("Applications:IdentityImages is \"1,2\";", "--Applications:IdentityImages=1,2")]
    [InlineData("Risk:Deadline is \"1h\"; a time such as 00:00:30", "--Risk:Deadline=1h")]
    [InlineData("Engine:QueueLength is \"many\"; a whole number", "--Engine:QueueLength=many")]
    [InlineData("no setting Storage:Provder; Storage:Provider is meant?", "--Storage:Provder=Sqlite")]
    [InlineData("no setting Server:Xyz.", "--Server:Xyz=1")]
    [InlineData("no setting Storage:Provder", "migrate", "--Storage:Provder=Sqlite")]
    [InlineData("a whole number up to 2147483647", "--Engine:QueueLength=99999999999")]
    [InlineData("no section Storge; Storage is meant?", "--Storge:Provider=Postgres")]
    [InlineData("no section Servr; Server is meant?", "--Servr:Sandbox=false")]
    [InlineData(
        "Logging:LogLevel:Default is \"Foo\"; Trace or Debug or Information or Warning or Error or Critical or None is expected.",
        "--Logging:LogLevel:Default=Foo"
    )]
    [InlineData("Logging:LogLevel:OpenBanking.Server is \"7\";", "--Logging:LogLevel:OpenBanking.Server=7")]
    [InlineData("Logging:Console:LogLevel:Default is \"loud\";", "--Logging:Console:LogLevel:Default=loud")]
    [InlineData("Logging:LogLevel:Default is \"Foo\";", "migrate", "--Logging:LogLevel:Default=Foo")]
    [InlineData("--nonsense has no value", "--nonsense")]
    [InlineData("stray is no setting", "--Server:RequestBurst=10", "stray")]
    [InlineData("Audit:HeadsFile cannot be written", "--Audit:HeadsFile=")]
    [InlineData("Audit:HeadsFile cannot be written", "--Audit:HeadsFile=/proc/none/heads")]
    [InlineData("Server:MasterKey", "--Server:Sandbox=false")]
    [InlineData("base64", "--Server:MasterKey=abc")]
    [InlineData("32 bytes", "--Server:MasterKey=AAAA")]
    [InlineData("RequestsPerSecond", "--Server:RequestsPerSecond=0")]
    [InlineData("Engine", "--Engine:QueueLength=0")]
    [InlineData("Outside:Lease", "--Outside:Lease=00:00:19")]
    [InlineData("Written", "--Server:CrashAt=Somewhere:1")]
    [InlineData("Written", "--Server:CrashAt=Committed:0")]
    [InlineData("Written", "--Server:CrashAt=Committed:1:Pause")]
    [InlineData("only a sandbox", "--Server:CrashAt=Committed:1", "--Server:Sandbox=false")]
    [InlineData("no Url", "--Kestrel:Endpoints:A:Foo=1")]
    [InlineData("TrustedProxies", "--Server:TrustedProxies:0=everybody")]
    [InlineData("beyond this machine", "--urls=http://0.0.0.0:0")]
    [InlineData("Storage:RehearsalFolder", "--Storage:RehearsalFolder=/nope")]
    [InlineData("Storage:RehearsalFolder", "migrate", "--Storage:RehearsalFolder=/nope")]
    [InlineData("set Storage:Provider=Postgres", "migrate", "--Storage:ConnectionString=Host=db")]
    public async Task What_is_wrong_is_said(string why, params string[] arguments)
    {
        var (exitCode, output) = await ServerProcess.RunToEndAsync([
            .. arguments,
            $"--Server:DataFolder={folder}",
        ]);

        Assert.Contains(why, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        Assert.Equal(CannotStart, exitCode);
    }

    /// <summary>A file, nowhere that anything may be made, and where nothing may be written.</summary>
    [Theory]
    [InlineData("/etc/hostname", "It is a file")]
    [InlineData("/etc/hostname", "It is a file", "verify-books")]
    [InlineData("/etc/hostname", "It is a file", "migrate")]
    [InlineData("/etc/hostname/data", "")]
    [InlineData("/proc/none", "")]
    [InlineData("/proc", "")]
    [InlineData("/proc", "", "verify-books")]
    [InlineData("", "It is empty", "migrate")]
    public async Task A_data_folder_that_can_be_none_is_said(
        string data,
        string why,
        params string[] arguments
    )
    {
        var (exitCode, output) = await ServerProcess.RunToEndAsync([
            .. arguments,
            $"--Server:DataFolder={data}",
        ]);

        Assert.StartsWith(
            $"Server:DataFolder is \"{data}\", and no data can be kept there. {why}",
            output,
            StringComparison.Ordinal
        );
        Assert.EndsWith(
            "Name a folder that the server may make, or write in.\n",
            output,
            StringComparison.Ordinal
        );
        Assert.Single(output.Trim().Split('\n'));
        Assert.Equal(CannotStart, exitCode);
    }

    [Theory]
    [InlineData("Server:PublicAddress", "--Server:PublicAddress=http://localhost:{0}")]
    [InlineData("urls", "--urls=http://127.0.0.1:{0}")]
    [InlineData("Kestrel:Endpoints:A:Url", "--Kestrel:Endpoints:A:Url=http://127.0.0.1:{0}")]
    public async Task A_port_that_is_in_use_is_said_in_one_sentence(string setting, string argument)
    {
        using var other = new TcpListener(IPAddress.Loopback, port: 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        var chosen = string.Format(CultureInfo.InvariantCulture, argument, port);

        var (exitCode, output) = await ServerProcess.RunToEndAsync(chosen, $"--Server:DataFolder={folder}");

        Assert.Equal(
            $"{chosen.Split('=')[1]}, as {setting} has it, is in use: stop what listens there, or choose another port.\n",
            output
        );
        Assert.Equal(CannotStart, exitCode);
    }

    [Fact]
    public async Task An_address_that_is_not_this_machines_is_said_in_one_sentence()
    {
        var (exitCode, output) = await ServerProcess.RunToEndAsync(
            "--urls=https://192.0.2.1:5999",
            $"--Server:DataFolder={folder}"
        );

        Assert.StartsWith(
            "The server cannot listen at https://192.0.2.1:5999, as urls has it: ",
            output,
            StringComparison.Ordinal
        );
        Assert.Single(output.Trim().Split('\n'));
        Assert.Equal(CannotStart, exitCode);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("help")]
    public async Task Who_asks_how_it_is_used_is_told_and_nothing_is_begun(string question)
    {
        var nowhere = Path.Combine(folder, "nowhere");

        var (exitCode, output) = await ServerProcess.RunToEndAsync(
            question,
            $"--Server:DataFolder={nowhere}"
        );

        Assert.StartsWith("OpenBanking.Server [--Section:Name=VALUE ...]", output, StringComparison.Ordinal);
        Assert.Contains("verify-books", output, StringComparison.Ordinal);
        Assert.Equal(0, exitCode);
        Assert.False(Directory.Exists(nowhere));
    }

    [Fact]
    public async Task Books_that_are_not_there_do_not_balance()
    {
        var nowhere = Path.Combine(folder, "nowhere");

        var (exitCode, output) = await ServerProcess.RunToEndAsync(
            "verify-books",
            $"--Server:DataFolder={nowhere}"
        );

        Assert.StartsWith("There are no books at ", output, StringComparison.Ordinal);
        Assert.Equal(CannotStart, exitCode);
        Assert.False(Directory.Exists(nowhere));
    }

    [Fact]
    public async Task A_switch_that_there_is_not_begins_no_books()
    {
        var nowhere = Path.Combine(folder, "nowhere");

        var (exitCode, output) = await ServerProcess.RunToEndAsync(
            "verify-books",
            $"--Server:DataFolder={nowhere}",
            "--verbose"
        );

        Assert.StartsWith("verify-books does not know --verbose.", output, StringComparison.Ordinal);
        Assert.Equal(CannotStart, exitCode);
        Assert.False(Directory.Exists(nowhere));
    }

    [Fact]
    public async Task What_a_server_writes_is_for_its_own_user()
    {
        var data = Path.Combine(folder, "data");
        await using (await ServerProcess.StartAsync(new Uri($"http://localhost:{Ports.Free()}"), data))
        {
            Assert.All(
                Directory.GetFileSystemEntries(data).Append(data),
                entry =>
                    Assert.Equal(
                        UnixFileMode.None,
                        File.GetUnixFileMode(entry)
                            & (
                                UnixFileMode.GroupRead
                                | UnixFileMode.GroupWrite
                                | UnixFileMode.OtherRead
                                | UnixFileMode.OtherWrite
                            )
                    )
            );
        }
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
