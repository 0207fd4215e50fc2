using System.Text.Json.Nodes;
using OpenBanking.Server;
using OpenBanking.Server.Accounts;

namespace OpenBanking.Tests.Rules.Accounts;

/// <summary>Limits that a bank has set in a file of its own.</summary>
public class LimitFileTests
{
    private const string Good =
        """{"daily_outflow":100,"yearly_outflow":1000,"accounts_per_person":1,"cards_per_account":2,"code_above":50}""";

    [Fact]
    public void A_file_of_the_banks_own_counts_in_place_of_the_servers()
    {
        using var file = new RulesFile(
            $"[{Version("2026-01-01")},{Version("2026-07-01", Good.Replace("100,", "90071992547409930,"))}]"
        );
        var rules = LimitFile.Load(file.Path, Rows.Today);

        Assert.Equal(new AccountLimits(100, 1000, 1, 2, 50), rules.For("type_ii", Rows.Today));
        Assert.Equal(100, rules.For("type_ii", new(2026, 6, 30)).DailyOutflow);
        // How high they are is the bank's own matter.
        Assert.Equal(90_071_992_547_409_930, rules.For("type_ii", new(2026, 7, 1)).DailyOutflow);
        Assert.Equal(300, rules.For("type_iii", Rows.Today).MostBalance);
    }

    [Theory]
    [InlineData("2026-02-01", "2026-01-01")]
    [InlineData("2026-02-01", "2026-02-01")]
    public void Versions_that_do_not_ascend_do_not_start(string first, string second) =>
        AssertRefused(
            $"[{Version(first)},{Version(second)}]",
            $"version 2 comes into force on {second}, and that before it on {first}"
        );

    [Fact]
    public void With_no_version_in_force_today_it_does_not_start()
    {
        AssertRefused(
            $"[{Version("2026-06-16")}]",
            "no version is in force today, on 2026-06-15: the first comes into force on 2026-06-16."
        );
        using var file = new RulesFile($"[{Version("2026-06-15")}]");
        LimitFile.Load(file.Path, Rows.Today);
    }

    [Theory]
    [InlineData("daily_outflow")]
    [InlineData("yearly_outflow")]
    [InlineData("accounts_per_person")]
    [InlineData("cards_per_account")]
    [InlineData("code_above")]
    public void A_limit_that_is_missing_or_nothing_or_less_does_not_start(string name)
    {
        var where = $"version 2 (from 2026-02-01), type_ii: {name}";
        AssertRefused(After(Good.Replace($"\"{name}\":", $"\"{name}s\":")), $"{name}s is not known here");
        foreach (var wrong in (string[])["0", "-1", "1.5", "\"1\"", "null", "9223372036854775808"])
        {
            AssertRefused(After(Rewrite(Good, name, wrong)), $"{where} must be a whole number from 1 to ");
        }

        AssertRefused(After(Without(Good, name)), $"{where} is missing.");
    }

    [Theory]
    [InlineData("effective", "\"1.7.2026\"", "version 1: effective must be a day")]
    [InlineData("effective", "1", "version 1: effective must be a text")]
    [InlineData("source", "\" \"", "version 1 (from 2026-01-01): source must be a text")]
    [InlineData(
        "minimum_age",
        "0",
        "version 1 (from 2026-01-01): minimum_age must be a whole number from 1 to 150."
    )]
    [InlineData("minimum_age", "151", "minimum_age must be a whole number from 1 to 150.")]
    [InlineData(
        "types",
        "[]",
        "version 1 (from 2026-01-01), types: an object with type_ii, type_iii is expected."
    )]
    [InlineData("types", "{}", "version 1 (from 2026-01-01), types: type_ii is missing.")]
    [InlineData("types", """{"type_i":{}}""", "types: type_i is not known here, only type_ii, type_iii.")]
    public void A_version_that_cannot_be_read_does_not_start(string name, string value, string why) =>
        AssertRefused($"[{Rewrite(Version("2026-01-01"), name, value)}]", why);

    [Theory]
    [InlineData("effective", "version 1: effective is missing.")]
    [InlineData("source", "version 1 (from 2026-01-01): source is missing.")]
    [InlineData("minimum_age", "version 1 (from 2026-01-01): minimum_age is missing.")]
    [InlineData("types", "version 1 (from 2026-01-01): types is missing.")]
    public void A_version_with_a_part_missing_does_not_start(string name, string why) =>
        AssertRefused($"[{Without(Version("2026-01-01"), name)}]", why);

    [Theory]
    [InlineData("[]", "a list of one version or more is expected.")]
    [InlineData("{}", "a list of one version or more is expected.")]
    [InlineData("[null]", "version 1: an object with effective, source, minimum_age, types is expected.")]
    [InlineData("", "JSON")]
    [InlineData("[{}", "JSON")]
    [InlineData("""[{"effective":"2026-01-01","effective":"2026-01-01"}]""", "effective")]
    public void What_is_no_list_of_versions_does_not_start(string json, string why) =>
        AssertRefused(json, why);

    [Fact]
    public void A_file_that_is_not_there_does_not_start()
    {
        var failure = Assert.Throws<WrongSettingException>(() =>
            LimitFile.Load("/nowhere/limits.json", Rows.Today)
        );
        Assert.StartsWith("Limits:Rules: ", failure.Message);
        Assert.Contains("/nowhere/limits.json", failure.Message);
    }

    private static string Version(string effective, string typeTwo = Good) =>
        $$$$"""
            {"effective":"{{{{effective}}}}","source":"notice","minimum_age":16,"types":{"type_ii":{{{{typeTwo}}}},
            "type_iii":{"daily_outflow":200,"yearly_outflow":2000,"accounts_per_person":1,"cards_per_account":2,"code_above":50,
            "most_balance":300}}}
            """;

    /// <summary>A good version, and one with these limits after it.</summary>
    private static string After(string typeTwo) =>
        $"[{Version("2026-01-01")},{Version("2026-02-01", typeTwo)}]";

    private static string Rewrite(string json, string name, string value)
    {
        var node = JsonNode.Parse(json)!.AsObject();
        node[name] = JsonNode.Parse(value);
        return node.ToJsonString();
    }

    private static string Without(string json, string name)
    {
        var node = JsonNode.Parse(json)!.AsObject();
        node.Remove(name);
        return node.ToJsonString();
    }

    private static void AssertRefused(string json, string why)
    {
        using var file = new RulesFile(json);
        var failure = Assert.Throws<WrongSettingException>(() => LimitFile.Load(file.Path, Rows.Today));
        Assert.StartsWith("Limits:Rules: ", failure.Message);
        Assert.Contains(why, failure.Message);
    }
}
