using System.Text.Json.Nodes;
using Xunit;

namespace OpenBanking.Tests.Storage;

/// <summary>Apps whose .NET knows no languages may have a bank for tests in them.</summary>
public sealed class LanguageTests
{
    [Fact]
    public async Task Where_dotnet_knows_no_languages_the_server_says_what_to_set()
    {
        var settings = Path.Combine(AppContext.BaseDirectory, "OpenBanking.Server.runtimeconfig.json");
        var config = JsonNode.Parse(await File.ReadAllTextAsync(settings))!;
        config["runtimeOptions"]!["configProperties"]!["System.Globalization.PredefinedCulturesOnly"] = true;
        var strict = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():n}.json");
        try
        {
            await File.WriteAllTextAsync(strict, config.ToJsonString());

            var run = await ServerProgram.RunWithAsync(strict);

            Assert.Equal(ServerProgram.CannotStart, run.ExitCode);
            Assert.Contains("PredefinedCulturesOnly to false", run.Error, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(strict);
        }
    }
}
