using OpenBanking.Server.Authorization;

namespace OpenBanking.Tests.Rules.Authorization;

public class RequestUrisTests
{
    private const string Secret = "0p1kX-7bq3jW2nYzv9cRTgAAi5mQeFHd8LsUoKx4_E8";

    [Fact]
    public void A_request_is_kept_under_the_time_of_its_name_and_a_digest_of_the_whole()
    {
        var name = $"{RequestUris.Prefix}0199f0e2c3a.{Secret}";

        Assert.Equal("0199f0e2c3a." + Secrets.HashOf(name), RequestUris.KeyOf(name));
    }

    [Theory]
    [InlineData(Secret)]
    [InlineData($"0199F0E2C3A.{Secret}")]
    [InlineData($"0199f0e2c3.{Secret}")]
    [InlineData($"0199f0e2c3a4.{Secret}")]
    [InlineData("0199f0e2c3a.")]
    [InlineData("")]
    public void One_without_a_time_is_kept_under_the_digest_alone(string reference)
    {
        var name = RequestUris.Prefix + reference;

        Assert.Equal(Secrets.HashOf(name), RequestUris.KeyOf(name));
    }

    [Theory]
    [InlineData("https://a.example")]
    [InlineData($"urn:example:params:oauth:requests_uri0199f0e2c3a.{Secret}")]
    [InlineData($"urn:ietf:params:oauth:request-uri:0199f0e2c3a.{Secret}")]
    public void A_name_of_another_kind_has_a_digest_too(string name) =>
        Assert.Equal(Secrets.HashOf(name), RequestUris.KeyOf(name));
}
