using Xunit;
using static OpenBanking.Tests.Quickstart.QuickstartProcess;

namespace OpenBanking.Tests.Quickstart;

/// <summary>A start works whatever starts there were before it.</summary>
public sealed class StartTests(PlayedFolder played) : IClassFixture<PlayedFolder>
{
    [Fact]
    public async Task Starts_right_after_each_other_are_all_played_to_the_end()
    {
        using var folder = played.Copy();
        var starts = new[]
        {
            played.First,
            await PlayAsync(folder.Path, played.Ports),
            await PlayAsync(folder.Path, played.Ports),
        };

        for (var start = 0; start < starts.Length; start++)
        {
            var ended = starts[start];
            Assert.True(ended.ExitCode == 0, $"{ended}");
            Assert.Contains("Every step worked", ended.Output);
            Assert.Equal(start > 0, ended.Output.Contains("known from before"));
            Assert.Contains($"listens on http://localhost:{played.Ports.Server} (", ended.Output);
        }
    }

    [Fact]
    public async Task When_the_bank_sends_nobody_a_code_the_app_signs_up_for_a_new_sandbox()
    {
        using var folder = played.Copy();
        await UsedCodes.UseUpAsync(folder.Path);

        var ended = await PlayAsync(folder.Path, played.Ports);

        Assert.True(ended.ExitCode == 0, $"{ended}");
        Assert.Contains("张伟 cannot play now: Too many codes", ended.Output);
        Assert.Contains("in a new sandbox", ended.Output);
        Assert.Contains("张伟 opened an account", ended.Output);
    }

    [Fact]
    public async Task A_person_whose_pin_somebody_else_has_set_is_left_alone()
    {
        using var folder = played.Copy();
        File.Delete(folder["partner/played.json"]);

        var ended = await PlayAsync(folder.Path, played.Ports);
        if (ended.Output.Contains("张伟 cannot play now: A code was sent"))
        {
            // The machine was quick: the pause after the first start's code is not over.
            await Task.Delay(TimeSpan.FromSeconds(10));
            ended = await PlayAsync(folder.Path, played.Ports);
        }

        Assert.True(ended.ExitCode == 0, $"{ended}");
        Assert.Contains(
            "张伟 cannot play now: Somebody else has set this person's payment PIN.",
            ended.Output
        );
    }

    [Fact]
    public async Task Other_ports_make_the_app_register_anew_and_say_why()
    {
        using var folder = played.Copy();
        var (server, sample) = played.Ports;
        var (otherServer, otherSample) = FreePorts();

        var moved = await PlayAsync(folder.Path, (server, otherSample));
        Assert.True(moved.ExitCode == 0, $"{moved}");
        Assert.Contains(
            $"since the sample app moved from http://localhost:{sample} to http://localhost:{otherSample}",
            moved.Output
        );

        var elsewhere = await PlayAsync(folder.Path, (otherServer, otherSample));
        Assert.True(elsewhere.ExitCode == 0, $"{elsewhere}");
        Assert.Contains(
            $"in a new sandbox, since the bank moved from http://localhost:{server} to http://localhost:{otherServer}",
            elsewhere.Output
        );

        Directory.Delete(folder["server"], recursive: true);
        var forgotten = await PlayAsync(folder.Path, (otherServer, otherSample));
        Assert.True(forgotten.ExitCode == 0, $"{forgotten}");
        Assert.Contains("in a new sandbox, since the bank no longer knows the old one", forgotten.Output);
    }
}
