using OpenBanking.Server.Authorization;

namespace OpenBanking.Tests.Rules.Authorization;

public class OAuthFormTests
{
    [Theory]
    [InlineData("scope", "Send scope once.")]
    [InlineData("", "Send each parameter once.")]
    [InlineData("a b", "Send each parameter once.")]
    public void What_is_sent_twice_is_named_if_it_has_a_name(string name, string sentence)
    {
        var (form, failure) = OAuthForm.From([new(name, new(["x", "y"]))]);

        Assert.Null(form);
        Assert.Equal(new OAuthFailure(400, "invalid_request", sentence), failure);
    }
}
