using System.Text;
using OpenBanking.Server.Authorization;
using Xunit;

namespace OpenBanking.Tests.Rules.Authorization;

/// <summary>The quick way to read a proof, which must never accept what the strict one refuses.</summary>
public sealed class ProofClaimsTests
{
    [Fact]
    public void The_usual_claims_are_read_in_any_order()
    {
        var claims = Read("""{"nonce":"n","ath":"a","iat":7,"htu":"u","htm":"m","jti":"\u0069"}""")!;
        Assert.Equal(
            ("i", "m", "u", "a", "n"),
            (claims.Id, claims.Method, claims.Address, claims.TokenDigest, claims.Nonce)
        );
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(7), claims.IssuedAt);
    }

    [Theory]
    [InlineData("""{"jti":"i","jti":"i"}""")]
    [InlineData("""{"jti":"i","j\u0074i":"j"}""")]
    [InlineData("""{"iat":7,"iat":8}""")]
    [InlineData("""{"jti":7}""")]
    [InlineData("""{"jti":null}""")]
    [InlineData("""{"iat":"7"}""")]
    [InlineData("""{"iat":-7}""")]
    [InlineData("""{"iat":1e300}""")]
    [InlineData("""{"jti":"\ud800"}""")]
    [InlineData("""{"surprise":1}""")]
    [InlineData("""{"jti":{"a":1}}""")]
    [InlineData("""{"jti":"i"}{}""")]
    [InlineData("""{"jti":"i"} x""")]
    [InlineData("""{"jti":"i",}""")]
    [InlineData("""{"jti":"i" """)]
    [InlineData("""["jti"]""")]
    [InlineData("")]
    public void Anything_else_is_left_to_the_strict_reader(string json) => Assert.Null(Read(json));

    [Fact]
    public void Bytes_that_are_no_text_are_left_to_the_strict_reader() =>
        Assert.Null(
            ProofClaims.ReadPlain([(byte)'{', (byte)'"', 0xff, (byte)'"', (byte)':', (byte)'1', (byte)'}'])
        );

    private static ProofClaims? Read(string json) => ProofClaims.ReadPlain(Encoding.UTF8.GetBytes(json));
}
