using OpenBanking.Server.Authorization;
using OpenBanking.Server.Security;
using OpenBanking.Tests.Storage.Audit;

namespace OpenBanking.Tests.Storage.Authorization;

/// <summary>How operators look at the signing keys and change them.</summary>
public abstract class KeyCommandTests<TDatabase> : AuditSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private static readonly string[] purposes = ["AccessTokens", "IdTokens", "Encryption"];

    [Fact]
    public async Task Keys_are_listed_made_and_announced()
    {
        Assert.Equal(["wrapping key 1: 0 values, in use"], (await RunAsync("keys")).Output);

        var first = (await RunAsync("keys", "rotate")).Output;
        Assert.Equal(purposes, first.Select(line => Words(line)[0]));
        Assert.Equal(["ES256", "ES256", "ECDH-ES+A256KW"], first.Select(line => Words(line)[1]));
        Assert.All(first, line => Assert.Contains("  signs from ", line, StringComparison.Ordinal));

        var second = (await RunAsync("keys", "rotate")).Output;
        Assert.Equal(
            purposes.SelectMany(purpose => Enumerable.Repeat(purpose, 2)),
            second.Select(line => Words(line)[0])
        );
        Assert.Equal(first.Select(KeyOf), [KeyOf(second[0]), KeyOf(second[2]), KeyOf(second[4])]);
        Assert.All(
            [second[1], second[3], second[5]],
            line => Assert.Contains("  announced, signs from ", line, StringComparison.Ordinal)
        );
        Assert.Equal(6, second.Select(KeyOf).Distinct().Count());

        var listed = (await RunAsync("keys")).Output;
        Assert.Equal(second.Select(KeyOf), listed.SkipLast(1).Select(KeyOf));
        Assert.Equal("wrapping key 1: 6 values, in use", listed[^1]);
    }

    [Theory]
    [InlineData("keys", "rotat")]
    [InlineData("keys", "--compromised")]
    [InlineData("keys", "rotate", "--compromisd")]
    public async Task A_slip_in_a_word_changes_nothing(params string[] command)
    {
        var run = await RunAllAsync(command);

        Assert.Equal(ServerProgram.CannotStart, run.ExitCode);
        Assert.Equal(
            $"keys does not know {command[^1]}; there are keys, keys rotate, keys rotate --compromised, "
                + "keys rewrap and keys retire VERSION.",
            run.Error
        );
        Assert.Equal("0", Count("rotating_key"));
    }

    [Theory]
    [InlineData("keys", "retire")]
    [InlineData("keys", "retire", "x")]
    [InlineData("keys", "retire", "--Server:WrappingKeys:2=x")]
    public async Task A_wrapping_key_that_is_retired_is_named(params string[] command)
    {
        var run = await RunAllAsync(command);

        Assert.Equal(
            (
                ServerProgram.CannotStart,
                "keys retire needs the version of a wrapping key, as keys lists it: keys retire VERSION."
            ),
            (run.ExitCode, run.Error)
        );
    }

    [Theory]
    [InlineData("rotate", "--compromised")]
    [InlineData("rotate")]
    [InlineData]
    public async Task Another_master_key_is_refused_before_anything_is_sealed(params string[] words)
    {
        await RunAsync("keys", "rotate");

        var run = await RunUnderAsync(
            $"--Server:MasterKey={Convert.ToBase64String([9, .. new byte[31]])}",
            ["keys", .. words]
        );

        Assert.Equal((ServerProgram.CannotStart, MasterKeyFit.Refusal), (run.ExitCode, run.Error));
        await AssertAsBeforeAsync();
    }

    [Fact]
    public async Task A_missing_master_key_is_not_made_where_one_has_sealed()
    {
        await RunAsync("keys", "rotate");
        var folder = Directory.CreateTempSubdirectory("openbanking-keys-").FullName;

        var run = await RunUnderAsync($"--Server:DataFolder={folder}", ["keys", "rotate"]);

        Assert.Equal(ServerProgram.CannotStart, run.ExitCode);
        Assert.StartsWith("There is no master key, ", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n'));
        Assert.Empty(Directory.GetFileSystemEntries(folder));
        Directory.Delete(folder);
        await AssertAsBeforeAsync();
    }

    [Fact]
    public async Task Another_master_key_finds_nobody_and_proves_nothing()
    {
        await RunAsync("keys", "rotate");
        var other = $"--Server:MasterKey={Convert.ToBase64String([9, .. new byte[31]])}";

        foreach (
            var command in (string[][])
                [
                    ["find-customer", "13800138000"],
                    ["verify-audit"],
                ]
        )
        {
            var run = await RunUnderAsync(other, command);
            Assert.Equal((ServerProgram.CannotStart, MasterKeyFit.Refusal), (run.ExitCode, run.Error));
        }

        Assert.Equal(ServerProgram.Ok, (await RunUnderAsync(other, ["verify-books"])).ExitCode);
    }

    private async Task AssertAsBeforeAsync()
    {
        Assert.Equal("3", Count("rotating_key"));
        var keys = new SigningKeys(Store, Engine, new Vault(ServerKeys), Clock, new());
        await keys.LoadAsync();
        Assert.Equal(2, keys.Published.Keys.Count);
    }

    private async Task<ServerRun> RunAsync(params string[] command)
    {
        var run = await RunAllAsync(command);
        Assert.Equal((ServerProgram.Ok, ""), (run.ExitCode, run.Error));
        return run;
    }

    private Task<ServerRun> RunAllAsync(string[] command) => RunUnderAsync(MasterKey, command);

    private Task<ServerRun> RunUnderAsync(string setting, string[] command) =>
        WhileStoppedAsync(() => ServerProgram.RunAsync([.. command, setting, .. Database.Settings]));

    private static string KeyOf(string line) => Words(line)[2];

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
