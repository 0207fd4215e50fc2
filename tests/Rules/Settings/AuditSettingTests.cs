using OpenBanking.Server;
using OpenBanking.Server.Audit;

namespace OpenBanking.Tests.Rules.Settings;

/// <summary>What the audit is compared with.</summary>
public sealed class AuditSettingTests
{
    [Fact]
    public void An_instant_that_is_none_is_refused_by_the_settings_name()
    {
        GivenSettings.Read("Audit:CoversFrom=2027-01-31T00:00:00+08:00");
        Assert.Equal(
            "Audit:CoversFrom is \"yesterday\"; an instant such as 2027-01-31T00:00:00+08:00 is expected.",
            GivenSettings.RefusalOf("Audit:CoversFrom=yesterday")
        );
    }

    /// <summary>It would be another instant on each machine.</summary>
    [Theory]
    [InlineData("2027-01-31T00:00:00")]
    [InlineData("2027-01-31")]
    [InlineData("01/31/2027 00:00")]
    [InlineData("2027-01")]
    [InlineData("00:00+08:00")]
    public void An_instant_without_its_offset_is_refused_by_the_settings_name(string text) =>
        Assert.Equal(
            $"Audit:CoversFrom is \"{text}\"; an instant such as 2027-01-31T00:00:00+08:00 is expected.",
            GivenSettings.RefusalOf($"Audit:CoversFrom={text}")
        );

    [Theory]
    [InlineData("2027-01-31T00:00:00Z")]
    [InlineData("2027-01-31T00:00Z")]
    [InlineData("2027-01-31T00:00:00.1234567+08:00")]
    [InlineData("2027-01-31T00:00:00-05:00")]
    [InlineData("2027-01-31 00:00:00 +08:00")]
    public void One_with_its_offset_is_taken(string text) => GivenSettings.Read($"Audit:CoversFrom={text}");

    [Theory]
    [InlineData("/nope")]
    [InlineData("/proc")]
    [InlineData("")]
    public async Task Heads_that_cannot_be_read_are_refused_by_the_settings_name(string file)
    {
        var refusal = await Assert.ThrowsAsync<WrongSettingException>(() =>
            new AuditOptions { HeadsFile = file }.ReadHeadsAsync()
        );

        Assert.StartsWith("Audit:HeadsFile cannot be read: ", refusal.Message);
    }
}
