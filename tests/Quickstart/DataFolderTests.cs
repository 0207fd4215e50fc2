using OpenBanking.Samples.Quickstart;
using Xunit;
using static OpenBanking.Tests.Quickstart.QuickstartProcess;

namespace OpenBanking.Tests.Quickstart;

/// <summary>What <c>./run</c> may do to a folder: nothing, unless it made it, and only when nobody uses it.</summary>
public sealed class DataFolderTests
{
    [Theory]
    [InlineData("--reset")]
    [InlineData("--once")]
    public async Task A_folder_that_run_did_not_make_is_left_alone(string option)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["server"]);
        await File.WriteAllTextAsync(folder["server/letters.txt"], "mine");

        var ended = await RunAsync("--data", folder.Path, option);

        Assert.Equal(1, ended.ExitCode);
        Assert.Contains($"{folder.Path} holds what ./run did not make, so it is left alone.", ended.Errors);
        Assert.Equal("mine", await File.ReadAllTextAsync(folder["server/letters.txt"]));
        Assert.Single(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_reset_deletes_what_run_made_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        using (var first = DataFolder.Open(folder.Path, reset: false))
        {
            foreach (var made in new[] { first.Server, first.Partner, first.Logs })
            {
                Directory.CreateDirectory(made);
                File.WriteAllText(Path.Combine(made, "file"), "");
            }
        }

        File.WriteAllText(folder["letters.txt"], "mine");
        using var second = DataFolder.Open(folder.Path, reset: true);

        Assert.False(Directory.Exists(second.Server) || Directory.Exists(second.Partner));
        Assert.False(Directory.Exists(second.Logs));
        Assert.Equal("mine", File.ReadAllText(folder["letters.txt"]));
    }

    [Fact]
    public async Task A_reset_under_a_running_server_deletes_nothing()
    {
        using var folder = new TemporaryFolder();
        DataFolder.Open(folder.Path, reset: false).Dispose();
        await using var server = await TestServer.StartAsync(dataFolder: folder["server"]);
        var partner = await TestPartner.NewAsync(server.Address);

        var ended = await RunAsync("--data", folder.Path, "--reset", "--once");

        Assert.Equal(1, ended.ExitCode);
        Assert.Contains($"A server is using {folder["server"]}: nothing was deleted.", ended.Errors);
        Assert.True(File.Exists(folder["server/openbanking.db"]));
        Assert.NotEmpty(await partner.PersonsAsync());
    }

    [Fact]
    public async Task Two_starts_do_not_share_a_folder()
    {
        using var folder = new TemporaryFolder();
        using var held = DataFolder.Open(folder.Path, reset: false);

        var ended = await RunAsync("--data", folder.Path, "--once");

        Assert.Equal(1, ended.ExitCode);
        Assert.Contains($"Another ./run is using {folder.Path}.", ended.Errors);
    }

    [Theory]
    [InlineData("/proc/nope")]
    [InlineData("/etc/hostname")]
    public async Task A_folder_that_cannot_be_made_is_said_in_one_sentence(string folder)
    {
        var ended = await RunAsync("--data", folder, "--once");

        Assert.Equal(1, ended.ExitCode);
        Assert.Contains($"The data folder {folder} cannot be used: ", ended.Errors);
        Assert.DoesNotContain("   at ", ended.Errors);
    }

    [Fact]
    public async Task A_registration_that_cannot_be_read_is_said_in_one_sentence()
    {
        using var folder = new TemporaryFolder();
        DataFolder.Open(folder.Path, reset: false).Dispose();
        Directory.CreateDirectory(folder["partner"]);
        await File.WriteAllTextAsync(folder["partner/partner.json"], "{\"Authority\": \"http://loc");

        var ended = await PlayAsync(folder.Path, FreePorts());

        Assert.Equal(1, ended.ExitCode);
        Assert.Contains($"{folder["partner/partner.json"]} is not as it was written", ended.Errors);
        Assert.DoesNotContain("   at ", ended.Errors);
    }

    [Fact]
    public async Task A_server_that_does_not_start_says_why_itself()
    {
        using var folder = new TemporaryFolder();
        DataFolder.Open(folder.Path, reset: false).Dispose();
        await using var other = await TestServer.StartAsync(dataFolder: folder["server"]);

        var ended = await PlayAsync(folder.Path, FreePorts());

        Assert.Equal(1, ended.ExitCode);
        Assert.Contains(
            $"OpenBanking.Server did not start. Another process is using {folder["server/openbanking.db"]}.",
            ended.Errors
        );
    }
}
