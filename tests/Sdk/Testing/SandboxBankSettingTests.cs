using System.Text.RegularExpressions;
using OpenBanking.Server;
using OpenBanking.Testing;

namespace OpenBanking.Tests.Sdk.Testing;

/// <summary>Settings of a bank for tests that are wrong are said, and leave nothing behind.</summary>
[Collection(nameof(SurroundingSettingsTests))]
public sealed partial class SandboxBankSettingTests
{
    [Theory]
    [InlineData("Server:RequestPerSecond=5", "Server:RequestsPerSecond")]
    [InlineData("--Confirmation:Lasts=00:10:00", "Confirmations:Lasts")]
    [InlineData("Bank:NameZH2=银行", "Bank:NameZh")]
    [InlineData("RequestsPerSecond=5", "Server:RequestsPerSecond")]
    [InlineData("Holds:Lasts:Days=7", "Holds:Lasts")]
    public async Task One_that_the_server_does_not_have_is_refused_with_the_nearest(
        string setting,
        string nearest
    )
    {
        var refusal = await Assert.ThrowsAsync<ArgumentException>(() => StartAsync(setting));

        Assert.Equal("options", refusal.ParamName);
        Assert.Contains(setting.TrimStart('-').Split('=')[0], refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"is {nearest} meant?", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_is_like_none_is_refused_with_where_they_are_listed()
    {
        var refusal = await Assert.ThrowsAsync<ArgumentException>(() => StartAsync("nonsense=1"));

        Assert.Contains("no setting nonsense: they are listed", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_without_a_value_is_refused()
    {
        var refusal = await Assert.ThrowsAsync<ArgumentException>(() => StartAsync("--Notices:Payments"));

        Assert.Contains("Notices:Payments=…", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Confirmations:Lasts=soon")]
    [InlineData("Confirmations:Lasts=-00:10:00")]
    [InlineData("Server:RequestsPerSecond=many")]
    [InlineData("Limits:Rules=/nowhere/limits.json")]
    [InlineData("Storage:Provider=Oracle")]
    public async Task A_value_that_the_server_refuses_is_named_and_leaves_no_folder_behind(string setting)
    {
        var before = Folders();

        var refusal = await Assert.ThrowsAsync<WrongSettingException>(() => StartAsync(setting));

        Assert.Contains(setting.Split('=')[0], refusal.Message, StringComparison.Ordinal);

        Assert.Empty(Folders().Except(before));
    }

    [Fact]
    public async Task Every_setting_of_the_operators_page_is_one()
    {
        var page = Path.Combine(PublicApiTests.Root(), "docs", "operating", "server.md");
        var settings = Rows()
            .Matches(await File.ReadAllTextAsync(page))
            .SelectMany(row => Names(row.Groups["names"].Value))
            .Select(name => $"{name}=1")
            .ToList();

        // The first one that is not known is named.
        var refusal = await Assert.ThrowsAsync<ArgumentException>(() =>
            StartAsync([.. settings, "Nobodys:Own=1"])
        );

        Assert.True(settings.Count > 40, $"Only {settings.Count} settings were found.");
        Assert.Contains("Nobodys:Own", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>A second name in a cell may leave out the section of the first.</summary>
    private static IEnumerable<string> Names(string cell)
    {
        var section = "";
        foreach (var name in Code().Matches(cell).Select(match => match.Groups["name"].Value))
        {
            section = name.StartsWith(':') ? section : name[..name.LastIndexOf(':')];
            yield return name.StartsWith(':') ? section + name : name;
        }
    }

    private static string[] Folders() => Directory.GetDirectories(Path.GetTempPath(), "openbanking-bank-*");

    private static async Task StartAsync(params string[] settings)
    {
        await using var bank = await SandboxBank.StartAsync(new() { Settings = settings });
    }

    [GeneratedRegex(
        @"^\| (?<names>`[A-Z][A-Za-z]+:[^|]+) \|",
        RegexOptions.Multiline | RegexOptions.NonBacktracking
    )]
    private static partial Regex Rows();

    [GeneratedRegex("`(?<name>[A-Za-z:_…0-9]+)`", RegexOptions.NonBacktracking)]
    private static partial Regex Code();
}
