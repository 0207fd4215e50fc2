using OpenBanking.Server;
using OpenBanking.Server.Security;

namespace OpenBanking.Tests.Rules.Settings;

/// <summary>Keys of a wrong length.</summary>
public sealed class SecretSettingTests
{
    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("AAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA==")]
    public void A_master_key_that_is_none_is_refused_by_the_settings_name(string key) =>
        Assert.Equal(
            "Server:MasterKey is not 32 bytes in base64.",
            GivenSettings.RefusalOf($"Server:MasterKey={key}")
        );

    [Fact]
    public void A_file_that_holds_none_is_named()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, new byte[16]);

            var refusal = Assert.Throws<WrongSettingException>(() => ServerKeys.FromFile(file));

            Assert.StartsWith($"{file} is no master key", refusal.Message);
            Assert.Contains("Server:MasterKey", refusal.Message);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
