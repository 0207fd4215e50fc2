using OpenBanking.Server.Authorization;

namespace OpenBanking.Tests.Rules.Authorization;

public class OAuthFormTests
{
    [Theory]
    [InlineData("?scope=x&scope=y", "Send scope once.")]
    [InlineData("?client_id=x&client%5Fid=y", "Send client_id once.")]
    [InlineData("?=x&=y", "Send each parameter once.")]
    [InlineData("?a+b=x&a%20b=y", "Send each parameter once.")]
    [InlineData("?a=%00", "Send a without NUL.")]
    [InlineData("?%00=a", "Send each parameter without NUL.")]
    public void What_is_sent_twice_or_with_a_NUL_is_named_if_it_has_a_name(string encoded, string sentence)
    {
        var (form, failure) = OAuthForm.From(encoded.AsMemory());

        Assert.Null(form);
        Assert.Equal(new OAuthFailure(400, "invalid_request", sentence), failure);
    }

    [Fact]
    public void Names_are_told_apart_by_case_and_empty_pairs_are_none()
    {
        var (form, _) = OAuthForm.From("?&&scope=a+b%2B%E4%BB%B7%&Scope=c&&?x=1&y=&z&".AsMemory());

        Assert.Equal("a b+价%", form!["scope"]);
        Assert.Equal("c", form["Scope"]);
        Assert.Equal("1", form["?x"]);
        Assert.Null(form["SCOPE"]);
        Assert.Null(form["y"]);
        Assert.Null(form["z"]);
    }

    [Theory]
    [InlineData(64, 16 * 1024, true)]
    [InlineData(65, 1, false)]
    [InlineData(1, (16 * 1024) + 1, false)]
    public void There_are_64_parameters_at_most_of_16_KiB_each(int count, int length, bool isTaken)
    {
        var value = new string('v', length);
        var encoded = "?" + string.Join('&', Enumerable.Range(0, count).Select(i => $"p{i}={value}"));

        Assert.Equal(isTaken, OAuthForm.From(encoded.AsMemory()).Form is not null);
    }
}
