using OpenBanking.Server;
using OpenBanking.Server.Authorization.Authority;
using OpenBanking.Server.Http;
using Xunit;

namespace OpenBanking.Tests.Rules.Authorization;

public sealed class AuthorityOptionsTests
{
    private const string App = "app_00000000000000000000000000";

    private static readonly AuthorityOptions right = new()
    {
        Authority = "https://login.bank.example/realms/open",
        ClientId = "the-bank",
        ClientSecret = "secret",
        Clients = new() { [App] = new() { ClientId = "video-app" } },
    };

    public static TheoryData<string, AuthorityOptions> Wrong =>
        new()
        {
            { "https", right with { Authority = "login" } },
            { "https", right with { Authority = "http://login.bank.example" } },
            { "https", right with { Authority = "http://localhost:8080" } },
            { "https", right with { Authority = "https://login.bank.example?a=b" } },
            { "0 to 30", right with { IntrospectionKept = TimeSpan.FromSeconds(31) } },
            { "0 to 30", right with { IntrospectionKept = TimeSpan.FromSeconds(-1) } },
            { "needs ClientId", right with { ClientId = null } },
            { "needs ClientId", right with { ClientSecret = null } },
            { "needs ClientId", right with { ClientKeyFile = "key.pem" } },
            { "an app's id", right with { Clients = new() { ["video"] = new() { ClientId = "a" } } } },
            { "an app's id", right with { Clients = new() { [App] = new() } } },
            {
                "not two",
                right with
                {
                    Clients = new()
                    {
                        [App] = new() { ClientId = "a" },
                        ["app_00000000000000000000000001"] = new() { ClientId = "a" },
                    },
                }
            },
        };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_setting_is_named(string hint, AuthorityOptions options)
    {
        var refusal = Assert.Throws<WrongSettingException>(() => options.Check(new() { Sandbox = false }));
        Assert.Contains(hint, refusal.Message);
    }

    [Fact]
    public void What_is_right_passes_and_nothing_is_checked_without_an_authority()
    {
        right.Check(new ServerOptions { Sandbox = false });
        (right with { Authority = null, ClientId = null }).Check(new() { Sandbox = false });
        (right with { Authority = "http://localhost:8080" }).Check(new() { Sandbox = true });
        Assert.Throws<WrongSettingException>(() =>
            (right with { Authority = "http://bank.example" }).Check(new() { Sandbox = true })
        );
    }
}
