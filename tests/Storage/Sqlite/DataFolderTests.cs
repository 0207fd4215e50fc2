using System.Collections.Concurrent;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using OpenBanking.Server;
using OpenBanking.Server.CommandLine;

namespace OpenBanking.Tests.Storage.Sqlite;

/// <summary>Who else on the machine may look into the data folder.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class DataFolderTests : IDisposable
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string folder = Directory.CreateTempSubdirectory("openbanking-folder-").FullName;

    [Fact]
    public async Task A_folder_that_the_server_has_made_is_its_own()
    {
        await StartAsync(Path.Combine(folder, "data"));
        Assert.Empty(await StartAsync(Path.Combine(folder, "data")));
    }

    [Theory]
    [InlineData("", UnixFileMode.UserExecute | UnixFileMode.GroupRead)]
    [InlineData("", UnixFileMode.UserExecute | UnixFileMode.OtherWrite)]
    [InlineData("openbanking.db", UnixFileMode.GroupRead)]
    [InlineData("master.key", UnixFileMode.OtherRead)]
    public async Task A_start_warns_of_what_others_may_read_or_change_and_leaves_it(
        string entry,
        UnixFileMode more
    )
    {
        await StartAsync(folder);
        var path = Path.Combine(folder, entry).TrimEnd('/');
        File.SetUnixFileMode(path, Owner | more);

        var warning = Assert.Single(await StartAsync(folder));

        Assert.StartsWith(
            $"Warning Others on this machine may read or change {path}",
            warning,
            StringComparison.Ordinal
        );
        Assert.Contains($": run chmod go-rwx {path}", warning, StringComparison.Ordinal);
        Assert.Equal(Owner | more, File.GetUnixFileMode(path));
    }

    /// <summary>A folder that holds nothing of the server's is nobody's business, such as that of a server on PostgreSQL.</summary>
    [Fact]
    public void Of_a_folder_without_data_nothing_is_said()
    {
        File.SetUnixFileMode(folder, Owner | UnixFileMode.UserExecute | UnixFileMode.OtherRead);

        Assert.Null(DataFolder.WhatOthersMayRead(folder));
        Assert.Null(DataFolder.WhatOthersMayRead(Path.Combine(folder, "none")));
    }

    [Theory]
    [InlineData("""{"Server":{"Sandbox":false}}""", true)]
    [InlineData("""{"Storage":{"Provider":"Postgres"}}""", true)]
    [InlineData("""{"OpenBanking":{"ClientId":"app_1"}}""", false)]
    [InlineData("no settings", false)]
    public async Task Settings_that_lie_where_it_is_started_and_not_beside_it_are_not_passed_over(
        string settings,
        bool own
    )
    {
        var unread = Path.Combine(folder, "appsettings.json");
        await File.WriteAllTextAsync(unread, settings, TestContext.Current.CancellationToken);

        var run = await ServerProgram.RunInAsync(folder, "verify-books", $"--Server:DataFolder={folder}");

        Assert.Equal(ServerProgram.CannotStart, run.ExitCode);
        Assert.Equal(own, run.Error.StartsWith($"{unread} would not be read", StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>The warnings of a start.</summary>
    private static async Task<IReadOnlyList<string>> StartAsync(string data)
    {
        var lines = new ConcurrentQueue<string>();
        using var log = new LogRecorder(lines);
        await using var app = Program.Build(
            [$"--Server:DataFolder={data}"],
            builder => builder.Logging.ClearProviders().AddProvider(log),
            argumentsAlone: true
        );
        await app.PrepareAsync();
        return [.. lines.Where(line => line.StartsWith("Warning ", StringComparison.Ordinal))];
    }
}
