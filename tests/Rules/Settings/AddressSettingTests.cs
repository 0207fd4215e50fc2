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

    [Theory]
    [InlineData("https://bank.example/?a=b")]
    [InlineData("https://bank.example/open#top")]
    [InlineData("https://user:secret@bank.example/")]
    [InlineData("https://user@bank.example/")]
    [InlineData("http://user:secret@localhost:5080")]
    public void A_public_address_is_host_and_path_alone(string address)
    {
        var refusal = GivenSettings.RefusalOf($"Server:PublicAddress={address}");

        Assert.StartsWith("Server:PublicAddress", refusal);
        Assert.DoesNotContain("secret", refusal);
    }

    [Theory]
    [InlineData("https://mtls.bank.example/?a=b")]
    [InlineData("https://mtls.bank.example/#top")]
    [InlineData("https://user:secret@mtls.bank.example/")]
    [InlineData("https://user@mtls.bank.example")]
    [InlineData("http://user:secret@mtls.bank.example/")]
    public void So_is_the_one_for_certificates(string address)
    {
        var refusal = GivenSettings.RefusalOf($"Server:MutualTlsAddress={address}");

        Assert.Equal(
            "Server:MutualTlsAddress is scheme, host, port and path alone: no user, no query and no fragment.",
            refusal
        );
    }

    [Fact]
    public void Plain_http_beyond_this_machine_is_refused_by_the_settings_name() =>
        Assert.Equal(
            "Server:PublicAddress: http://other:7204/ is plain http. Use https, or an address on loopback.",
            GivenSettings.RefusalOf("Server:PublicAddress=http://other:7204")
        );

    [Theory]
    [InlineData("https://bank.example/open")]
    [InlineData("https://bank.example:8443")]
    [InlineData("http://localhost:5080/")]
    [InlineData("http://127.0.0.1:5080/open/api")]
    public void Others_are_taken(string address) => GivenSettings.Read($"Server:PublicAddress={address}");
}
