using System.Text.Json;
using OpenBanking.Server.Authorization;
using Xunit;

namespace OpenBanking.Tests.Rules.Authorization;

/// <summary>What a token says it is bound to.</summary>
public sealed class TokenBindingTests
{
    [Theory]
    [InlineData("""{"cnf":{"jkt":"a"}}""", false)]
    [InlineData("""{"cnf":{"x5t#S256":"a"}}""", true)]
    public void It_is_read_as_it_was_written(string claims, bool isCertificate)
    {
        var binding = new TokenBinding(isCertificate, "a");
        using var read = JsonDocument.Parse(claims);
        Assert.Equal(binding, TokenBinding.Read(read.RootElement));
        var cnf = new Dictionary<string, string> { [binding.ConfirmationMember] = binding.Thumbprint };
        Assert.Equal(claims, JsonSerializer.Serialize(new { cnf }));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"cnf":{}}""")]
    [InlineData("""{"cnf":"a"}""")]
    [InlineData("""{"cnf":{"jkt":""}}""")]
    [InlineData("""{"cnf":{"jkt":7}}""")]
    [InlineData("""{"cnf":{"x5t#S256":""}}""")]
    [InlineData("""{"cnf":{"jkt":"a","x5t#S256":"a"}}""")]
    public void A_token_that_is_bound_to_nothing_or_to_two_is_none(string claims)
    {
        using var read = JsonDocument.Parse(claims);
        Assert.Null(TokenBinding.Read(read.RootElement));
    }

    [Fact]
    public void A_key_is_no_certificate_whatever_its_name() =>
        Assert.NotEqual(new TokenBinding(IsCertificate: true, "a"), TokenBinding.To("a"));
}
