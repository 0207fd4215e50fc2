using System.IO.Compression;
using OpenBanking.Samples.Quickstart;
using Xunit;

namespace OpenBanking.Tests.Quickstart;

/// <summary>What the packages have promised stays: <c>nuget/pack</c> holds them against <c>nuget/baseline</c>.</summary>
public sealed class BaselineTests(Feed feed) : IClassFixture<Feed>
{
    [Fact]
    public void All_packages_but_the_servers_are_held_against_what_was_promised_of_each_of_their_assemblies()
    {
        var baseline = Path.Combine(Programs.Root, "nuget/baseline");
        var packed = Directory
            .GetFiles(feed.Packages, "*.nupkg")
            .Where(file =>
                !Path.GetFileName(file).StartsWith("OpenBanking.Server.", StringComparison.Ordinal)
            )
            .SelectMany(AssembliesOf);

        Assert.Equal(
            packed.Order(),
            Directory
                .GetFiles(baseline, "*.dll", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(baseline, file).Split('/', 2)[1])
                .Order()
        );
    }

    [Fact]
    public async Task A_member_that_is_gone_fails_the_packing_with_its_name_and_what_to_do()
    {
        Directory.CreateDirectory(feed["promised"]);
        await File.WriteAllTextAsync(
            feed["promised/promised.csproj"],
            """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <AssemblyName>OpenBanking.Sdk.Testing</AssemblyName>
              </PropertyGroup>
            </Project>
            """
        );
        await File.WriteAllTextAsync(
            feed["promised/SandboxBank.cs"],
            """
            namespace OpenBanking.Testing;

            public sealed class SandboxBank
            {
                internal SandboxBank() { }

                public void LendMoney() { }

                public void RefuseNext(string problem, int times = 1) { }
            }
            """
        );
        feed.Build("promised");
        var promised = "baseline/OpenBanking.Sdk.Testing/lib/net10.0";
        Directory.CreateDirectory(feed[promised]);
        File.Copy(
            feed["promised/bin/Release/net10.0/OpenBanking.Sdk.Testing.dll"],
            feed[$"{promised}/OpenBanking.Sdk.Testing.dll"]
        );

        var refusal = Assert.Throws<InvalidOperationException>(() => feed.PackAgainst("baseline"));

        Assert.Contains("error CP0002", refusal.Message);
        Assert.Contains("OpenBanking.Testing.SandboxBank.LendMoney()", refusal.Message);
        Assert.Contains("error CP0017", refusal.Message);
        Assert.Contains("nuget/baseline/README.md says when it may go.", refusal.Message);
    }

    private static List<string> AssembliesOf(string package)
    {
        using var files = ZipFile.OpenRead(package);
        return
        [
            .. files
                .Entries.Where(entry => entry.FullName.StartsWith("lib/", StringComparison.Ordinal))
                .Where(entry => entry.Name.EndsWith(".dll", StringComparison.Ordinal))
                .Select(entry => entry.FullName),
        ];
    }
}
