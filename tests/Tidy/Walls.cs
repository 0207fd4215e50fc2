using System.Text.RegularExpressions;
using Xunit;

namespace OpenBanking.Tests.Tidy;

/// <summary>Holds the folder walls of docs/ARCHITECTURE.md.</summary>
public sealed partial class Walls
{
    /// <summary>What pure decisions must not touch.</summary>
    private static readonly string[] impure =
    [
        "Task",
        "async",
        "await",
        "TimeProvider",
        "UtcNow",
        "HttpContext",
        "HttpClient",
        "ILogger",
        "Store",
        "WorldClocks",
        "Vault",
        "RandomNumberGenerator",
        "File",
        "Environment",
    ];

    /// <summary>Whose rules and tables a capability's rules may use. Everything may use the engine, worlds and ids of
    /// partners.</summary>
    private static readonly Dictionary<string, string[]> allowed = new()
    {
        ["Accounts"] = ["Authorization", "Consents", "Customers", "Dashboard", "Deposits", "Outside"],
        ["Applications"] = ["Accounts", "Authorization", "Customers", "Deposits", "Outside"],
        ["Audit"] = ["Accounts", "Consents"],
        ["Authorization"] = ["Accounts", "Consents", "Customers"],
        ["Cases"] = ["Customers", "Outside"],
        ["Confirmations"] = ["Accounts", "Consents", "Coupons", "Customers", "Fees", "Payments"],
        ["Consents"] = [],
        ["Coupons"] = ["Consents", "Customers", "Ledger", "Payments"],
        ["Customers"] = ["Accounts", "Outside"],
        ["Deposits"] = ["Outside"],
        ["Erasure"] = ["Accounts", "Applications", "Cases", "Consents", "Customers"],
        ["Dashboard"] = ["Authorization", "Customers", "Outside"],
        ["Fees"] = [],
        ["Ledger"] = ["Accounts"],
        ["Outside"] = [],
        ["Partners"] = [],
        ["Payments"] =
        [
            "Accounts",
            "Consents",
            "Coupons",
            "Fees",
            "Ledger",
            "Outside",
            "Risk",
            "SubMerchants",
        ],
        ["Payouts"] = ["Ledger", "Outside", "SubMerchants"],
        ["Purposes"] = ["Customers"],
        ["Refunds"] = ["Accounts", "Consents", "Coupons", "Ledger", "Payments", "Withdrawals"],
        ["Risk"] = ["Outside"],
        ["Sandbox"] = ["Coupons", "Ledger", "Outside"],
        ["SubMerchants"] = [],
        ["TopUps"] = ["Accounts", "Consents", "Customers", "Ledger", "Outside", "Withdrawals"],
        ["Webhooks"] = [],
        ["Withdrawals"] = ["Accounts", "Consents", "Customers", "Ledger", "Outside"],
    };

    private static readonly string[] open = ["Engine", "Partners", "Worlds"];

    public static TheoryData<string> RuleFiles =>
        [.. Repository.Server.Where(file => file.EndsWith("Rules.cs", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(RuleFiles))]
    public void Rules_decide_from_rows_alone(string file)
    {
        var code = Comments().Replace(Repository.Read(file), "");
        var words = Words().Matches(code).Select(match => match.Value).ToHashSet();
        Assert.Empty(impure.Where(words.Contains));
    }

    [Theory]
    [MemberData(nameof(RuleFiles))]
    public void Rules_use_only_the_capabilities_they_may(string file)
    {
        var capability = file.Split('/')[^2];
        Assert.True(allowed.ContainsKey(capability), $"{capability} is not on the list of capabilities.");
        var used = Usings().Matches(Repository.Read(file)).Select(match => match.Groups[1].Value);
        Assert.Empty(used.Except([capability, .. open, .. allowed[capability]]));
    }

    [Fact]
    public void The_engine_and_the_store_know_no_capability()
    {
        var capabilities = allowed.Keys.Except(["Partners"]).Append("Pages").Append("Http");
        var outside = Repository
            .Server.Where(file => file.Contains("/Engine/") || file.Contains("/Storage/"))
            .Where(file => !file.EndsWith("/Schema.cs", StringComparison.Ordinal))
            .SelectMany(file =>
                Usings().Matches(Repository.Read(file)).Select(match => (file, match.Groups[1].Value))
            )
            .Where(use => capabilities.Contains(use.Value));
        Assert.Empty(outside);
    }

    [Fact]
    public void Only_the_ledger_writes_entries_and_balances()
    {
        var writers = Repository
            .Server.Where(file => !file.Contains("/Ledger/") && !file.Contains("/Storage/"))
            .Where(file => Writes().IsMatch(Repository.Read(file)));
        Assert.Empty(writers);
    }

    [Fact]
    public void Nothing_but_an_erasure_reaches_the_sealed_identities_and_a_new_key_wraps_them_unread()
    {
        var users = Repository
            .Server.Where(file => Repository.Read(file).Contains("SealedIdentityTables"))
            .Select(file => file.Split('/')[^1]);
        Assert.Equal(
            ["ErasureRules.cs", "Schema.cs", "SealedColumns.cs", "SealedIdentityTables.cs"],
            users.Order()
        );
        Assert.DoesNotContain(
            "(SealedIdentityTables",
            string.Concat(Repository.Server.Select(Repository.Read))
                .Replace("book.Insert(SealedIdentityTables", "")
                .Replace("Of(SealedIdentityTables", "")
        );
    }

    [Fact]
    public void Every_table_of_the_schema_begins_with_its_world()
    {
        var sql = string.Concat(
            Repository
                .Files.Where(file => file.Contains("/Migrations/Sqlite/", StringComparison.Ordinal))
                .Select(Repository.Read)
        );
        var tables = Tables().Matches(sql);
        Assert.NotEmpty(tables);
        Assert.All(
            tables,
            table =>
            {
                Assert.StartsWith("\n    world INTEGER NOT NULL,", table.Groups[2].Value);
                // Of rows that are found in memory, the world is there part of the key.
                Assert.True(
                    table.Groups[2].Value.Contains("PRIMARY KEY (world, ", StringComparison.Ordinal)
                        || table
                            .Groups[2]
                            .Value.Contains("arrival INTEGER PRIMARY KEY", StringComparison.Ordinal),
                    table.Value
                );
            }
        );
    }

    [Fact]
    public void The_sdk_depends_on_no_server_and_no_web_framework()
    {
        var projects = Repository.Files.Where(file =>
            file.EndsWith("OpenBanking.Sdk.csproj", StringComparison.Ordinal)
            || file.EndsWith("OpenBanking.Contract.csproj", StringComparison.Ordinal)
        );
        Assert.Equal(2, projects.Count());
        Assert.All(
            projects,
            project =>
            {
                Assert.DoesNotContain("OpenBanking.Server", Repository.Read(project));
                Assert.DoesNotContain("Microsoft.AspNetCore", Repository.Read(project));
            }
        );
    }

    [GeneratedRegex(@"//.*", RegexOptions.None, 1000)]
    private static partial Regex Comments();

    [GeneratedRegex(@"\w+", RegexOptions.None, 1000)]
    private static partial Regex Words();

    [GeneratedRegex(@"^using OpenBanking\.Server\.(\w+)", RegexOptions.Multiline, 1000)]
    private static partial Regex Usings();

    [GeneratedRegex(@"(Insert|Update|Add)\(\s*LedgerTables\.", RegexOptions.None, 1000)]
    private static partial Regex Writes();

    [GeneratedRegex(@"CREATE TABLE (\w+) \((.*?)\n\) STRICT", RegexOptions.Singleline, 1000)]
    private static partial Regex Tables();
}
