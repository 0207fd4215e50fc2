using System.Diagnostics;
using OpenBanking.Samples.Quickstart;
using Xunit;

namespace OpenBanking.Tests.Quickstart;

/// <summary>What <c>./run</c> understands.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("--once", "--help")]
    [InlineData("--nonsense", "-h")]
    public async Task Help_is_given_wherever_it_is_asked_for(params string[] arguments)
    {
        var ended = await QuickstartProcess.RunAsync(arguments);

        Assert.Equal((0, Settings.Usage), (ended.ExitCode, ended.Output.TrimEnd()));
    }

    /// <summary>It may be the first that is asked for in a clone, where building takes minutes.</summary>
    [Fact]
    public async Task The_script_gives_it_without_dotnet()
    {
        using var script = Process.Start(
            new ProcessStartInfo(Path.Combine(Programs.Root, "run"), ["--once", "-h"])
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
                Environment = { ["PATH"] = "/usr/bin:/bin", ["DOTNET_ROOT"] = "/nowhere" },
            }
        )!;

        var said = await script.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await script.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal((0, Settings.Usage), (script.ExitCode, said.TrimEnd()));
    }

    [Fact]
    public void Values_may_stand_after_a_space_or_an_equals_sign()
    {
        var settings = Settings.Parse([
            "--server-port=5571",
            "--sample-port",
            "5572",
            "--data=/tmp/a=b",
            "--once",
        ]);

        Assert.Equal(new Settings(5571, 5572, "/tmp/a=b", Once: true, Reset: false), settings);
    }

    [Fact]
    public void Data_are_beside_run_unless_a_folder_is_given() =>
        Assert.Equal(Path.Combine(Programs.Root, "data"), Settings.Parse([]).DataFolder);

    [Theory]
    [InlineData("--data")]
    [InlineData("--data", "--once")]
    [InlineData("--data=")]
    [InlineData("--server-port", "0")]
    [InlineData("--server-port=5090")]
    [InlineData("data")]
    public void What_makes_no_sense_is_refused(params string[] arguments) =>
        Assert.Throws<StepFailedException>(() => Settings.Parse(arguments));

    /// <summary>With a stand-in for dotnet, which says where it is and what it is asked for.</summary>
    [Fact]
    public async Task Run_builds_in_the_clone_and_plays_where_the_caller_is()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["dotnet"], "#!/bin/sh\necho \"$PWD $*\"\n");
        File.SetUnixFileMode(folder["dotnet"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var start = new ProcessStartInfo(Path.Combine(Programs.Root, "run"), ["--data", "here"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            WorkingDirectory = folder.Path,
        };
        start.Environment["PATH"] = $"{folder.Path}:{Environment.GetEnvironmentVariable("PATH")}";

        using var run = Process.Start(start)!;
        var output = await run.StandardOutput.ReadToEndAsync();
        await run.WaitForExitAsync();

        Assert.Equal(0, run.ExitCode);
        Assert.Contains($"{folder.Path} {Programs.Root}/samples/Quickstart/bin/", output);
        Assert.EndsWith("OpenBanking.Samples.Quickstart.dll --data here", output.TrimEnd());
    }
}
