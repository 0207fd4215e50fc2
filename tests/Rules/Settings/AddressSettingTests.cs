namespace OpenBanking.Tests.Rules.Settings;

/// <summary>Where the server is known, and where it keeps its data.</summary>
public sealed class AddressSettingTests
{
    [Theory]
    [InlineData("Server:PublicAddress=")]
    [InlineData("Server:DataFolder=")]
    [InlineData("Server:DataFolder= ")]
    public void One_that_is_empty_is_refused(string setting) =>
        Assert.StartsWith($"{setting.Split('=')[0]} is empty", GivenSettings.RefusalOf(setting));
}
