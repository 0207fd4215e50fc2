using OpenBanking.Testing;

namespace OpenBanking.Tests.Sdk.Testing;

/// <summary>A bank for tests runs in the process of an app's tests, whose settings are the app's and not the bank's.</summary>
[Collection(nameof(SurroundingSettingsTests))]
public sealed class SurroundingSettingsTests
{
    [Theory]
    [InlineData("ASPNETCORE_URLS", "http://127.0.0.1:1")]
    [InlineData("URLS", "http://127.0.0.1:1")]
    [InlineData("Kestrel__Endpoints__Http__Url", "http://127.0.0.1:1")]
    [InlineData("AllowedHosts", "shop.example")]
    [InlineData("Server__Sandbox", "false")]
    public async Task A_bank_for_tests_listens_and_answers_whatever_is_set_around_it(
        string name,
        string value
    )
    {
        Environment.SetEnvironmentVariable(name, value);
        try
        {
            await using var bank = await SandboxBank.StartAsync(
                new() { ConfigureClient = options => options.MaxRetries = 0 }
            );

            Assert.NotEmpty(await bank.Client.Coupons.ListStocksAsync().ToListAsync());
        }
        finally
        {
            Environment.SetEnvironmentVariable(name, null);
        }
    }

    /// <summary>What is set is set for the whole process.</summary>
    [CollectionDefinition(nameof(SurroundingSettingsTests), DisableParallelization = true)]
    public sealed class Alone;
}
