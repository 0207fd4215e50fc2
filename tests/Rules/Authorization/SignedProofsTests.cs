using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using OpenBanking.Server.Authorization;

namespace OpenBanking.Tests.Rules.Authorization;

/// <summary>Which proofs' keys are kept for the next one.</summary>
public sealed class SignedProofsTests
{
    private readonly SignedProofs proofs = new();

    [Theory]
    [InlineData(0, true)]
    [InlineData(10_000, false)]
    public void A_key_is_kept_for_headers_that_are_looked_up_and_for_no_longer_ones(int more, bool isKept)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var first = proofs.Read(Proof(key, more, "1"));
        var second = proofs.Read(Proof(key, more, "2"));

        Assert.NotNull(first.Proof);
        Assert.NotNull(second.Proof);
        Assert.Equal(isKept, ReferenceEquals(first.Proof.Key, second.Proof.Key));
    }

    /// <param name="more">How much is in the header that says nothing.</param>
    private static string Proof(ECDsa key, int more, string id)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        var (x, y) = (Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y));
        var jwk = $$"""{"kty":"EC","crv":"P-256","x":"{{x}}","y":"{{y}}"}""";
        var header =
            $$"""{"typ":"dpop+jwt","alg":"ES256","more":"{{new string('m', more)}}","jwk":{{jwk}} }""";
        var claims =
            $$"""{"jti":"{{id}}","htm":"GET","htu":"https://bank.example/v1/accounts","iat":1781604000}""";
        var signed =
            $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}";
        return $"{signed}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }
}
