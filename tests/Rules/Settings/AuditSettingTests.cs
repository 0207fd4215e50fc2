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
