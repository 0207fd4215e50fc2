using OpenBanking.Server.Authorization;

namespace OpenBanking.Tests.Rules.Authorization;

public class SecretsTests
{
    [Fact]
    public void A_digest_is_SHA_256_in_base64url() =>
        Assert.Equal("ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0", Secrets.HashOf("abc"));

    [Theory]
    [InlineData("abc", "abc", true)]
    [InlineData("abc", "abd", false)]
    [InlineData("abc", "abcd", false)]
    [InlineData("abc", null, false)]
    [InlineData(null, null, false)]
    [InlineData("", "", true)]
    public void Nothing_equals_nothing_only_when_both_are_there(string? left, string? right, bool equal) =>
        Assert.Equal(equal, Secrets.AreEqual(left, right));
}
