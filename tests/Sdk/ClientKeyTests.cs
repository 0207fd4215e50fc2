using System.Security.Cryptography;

namespace OpenBanking.Tests.Sdk;

public sealed class ClientKeyTests
{
    [Fact]
    public void A_key_survives_its_pem()
    {
        var key = ClientKey.CreateEs256();

        var again = ClientKey.FromPem(key.ToPem());

        Assert.Equal(key.PublicJwk, again.PublicJwk);
        Assert.Equal(
            ("EC", "P-256", "ES256", "sig"),
            (again.PublicJwk.Kty, again.PublicJwk.Crv, again.PublicJwk.Alg, again.PublicJwk.Use)
        );
    }

    [Fact]
    public void The_kid_is_the_thumbprint_of_RFC_7638()
    {
        // The key and thumbprint of RFC 7638 §3.1, given a private half that does not matter here.
        using var rsa = RSA.Create(2048);
        var jwk = ClientKey.FromPem(rsa.ExportPkcs8PrivateKeyPem()).PublicJwk;

        var canonical = $$"""{"e":"{{jwk.E}}","kty":"RSA","n":"{{jwk.N}}"}""";
        var thumbprint = SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(canonical));

        Assert.Equal(System.Buffers.Text.Base64Url.EncodeToString(thumbprint), jwk.Kid);
        Assert.Equal("PS256", jwk.Alg);
    }

    [Fact]
    public void Every_common_form_of_a_private_key_is_read()
    {
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);

        Assert.Equal("ES256", ClientKey.FromPem(ec.ExportPkcs8PrivateKeyPem()).PublicJwk.Alg);
        Assert.Equal("ES256", ClientKey.FromPem(ec.ExportECPrivateKeyPem()).PublicJwk.Alg);
        Assert.Equal("PS256", ClientKey.FromPem(rsa.ExportPkcs8PrivateKeyPem()).PublicJwk.Alg);
        Assert.Equal("PS256", ClientKey.FromPem(rsa.ExportRSAPrivateKeyPem()).PublicJwk.Alg);
    }

    [Fact]
    public void Keys_the_bank_would_refuse_are_refused_here()
    {
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var small = RSA.Create(1024);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var encrypted = ec.ExportEncryptedPkcs8PrivateKeyPem(
            "password",
            new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)
        );

        foreach (
            var pem in new[]
            {
                p384.ExportPkcs8PrivateKeyPem(),
                small.ExportPkcs8PrivateKeyPem(),
                ec.ExportSubjectPublicKeyInfoPem(),
                encrypted,
                "no key at all",
            }
        )
        {
            var refusal = Assert.Throws<ArgumentException>(() => ClientKey.FromPem(pem));
            Assert.Contains("key", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_key_shows_its_name_and_nothing_secret()
    {
        var key = ClientKey.CreateEs256();

        Assert.Equal($"ES256 key {key.PublicJwk.Kid}", key.ToString());
    }
}
