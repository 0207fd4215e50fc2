using System.Text;
using System.Text.Json.Nodes;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Security;

namespace OpenBanking.Tests.Rules.Security;

/// <summary>Reading JWEs: the vectors of the RFCs for each part, and everything that is refused.</summary>
public class JweTests
{
    private static readonly (SigningKey Key, byte[] Private) own = SigningKey.Create(Jwe.Algorithm);
    private static readonly (SigningKey Key, byte[] Private) other = SigningKey.Create(Jwe.Algorithm);

    [Fact]
    public void A_key_is_derived_as_in_RFC_7518_appendix_C()
    {
        byte[] secret =
        [
            158,
            86,
            217,
            29,
            129,
            113,
            53,
            211,
            114,
            131,
            66,
            131,
            191,
            132,
            38,
            156,
            251,
            49,
            110,
            163,
            218,
            128,
            106,
            72,
            246,
            218,
            167,
            121,
            140,
            254,
            144,
            196,
        ];

        var key = EncryptionKey.Derive(secret, "A128GCM", "Alice"u8.ToArray(), "Bob"u8.ToArray(), bits: 128);

        Assert.Equal("VqqN6vgjbSBcIijNcacQGg", System.Buffers.Text.Base64Url.EncodeToString(key));
    }

    [Fact]
    public void A_key_is_unwrapped_as_in_RFC_3394_section_4_6()
    {
        var wrapping = Enumerable.Range(0, 32).Select(i => (byte)i).ToArray();
        var wrapped = Convert.FromHexString(
            "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21"
        );

        Assert.Equal(
            "00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F",
            Convert.ToHexString(Jwe.Unwrap(wrapping, wrapped)!)
        );
        wrapped[^1] ^= 1;
        Assert.Null(Jwe.Unwrap(wrapping, wrapped));
    }

    [Fact]
    public void Content_is_decrypted_as_in_RFC_7518_appendix_B_3()
    {
        var key = Enumerable.Range(0, 64).Select(i => (byte)i).ToArray();
        var cipher = Convert.FromHexString(
            "4affaaadb78c31c5da4b1b590d10ffbd3dd8d5d302423526912da037ecbcc7bd822c301dd67c373bccb584ad3e9279c2"
                + "e6d12a1374b77f077553df829410446b36ebd97066296ae6427ea75c2e0846a11a09ccf5370dc80bfecbad28c73f09b3"
                + "a3b75e662a2594410ae496b2e2e6609e31e6e02cc837f053d21f37ff4f51950bbe2638d09dd7a4930930806d0703b1f6"
        );
        var tag = Convert.FromHexString("4dd3b4c088a7f45c216839645b2012bf2e6269a8c56a816dbc1b267761955bc5");
        var header = "The second principle of Auguste Kerckhoffs"u8.ToArray();
        var iv = Convert.FromHexString("1af38c2dc2b96ffdd86694092341bc04");

        Assert.Equal(
            "A cipher system must not be required to be secret, and it must be able to fall into the hands of the enemy "
                + "without inconvenience",
            Encoding.ASCII.GetString(Jwe.Decrypt(key, header, iv, cipher, tag)!)
        );
        tag[0] ^= 1;
        Assert.Null(Jwe.Decrypt(key, header, iv, cipher, tag));
    }

    [Theory]
    [InlineData("", "wrong_form")]
    [InlineData("a.b.c.d", "wrong_form")]
    [InlineData("a.b.c.d.e.f", "wrong_form")]
    [InlineData("e30.!.b.c.d", "wrong_form")]
    [InlineData("e30.aaaa.aaaa.aaaa.aa==", "wrong_form")]
    [InlineData("e30.aaaa. aaaa.aaaa.aaaa", "wrong_form")]
    [InlineData("e30=.aaaa.aaaa.aaaa.aaaa", "wrong_header")]
    [InlineData("!.aaaa.aaaa.aaaa.aaaa", "wrong_header")]
    [InlineData("aaaa.aaaa.aaaa.aaaa.aaaa", "wrong_header")]
    public void What_is_no_JWE_is_refused(string text, string code) =>
        Assert.Equal(code, Open(text).Fault?.Code);

    [Theory]
    [InlineData("alg", "\"ECDH-ES\"", "wrong_alg")]
    [InlineData("alg", "\"dir\"", "wrong_alg")]
    [InlineData("alg", "null", "wrong_alg")]
    [InlineData("alg", "7", "wrong_alg")]
    [InlineData("enc", "\"A256GCM\"", "wrong_enc")]
    [InlineData("zip", "\"DEF\"", "unsupported_zip")]
    [InlineData("crit", "[\"exp\"]", "unsupported_crit")]
    [InlineData("cty", "\"text/plain\"", "wrong_cty")]
    [InlineData("cty", "null", "wrong_cty")]
    [InlineData("kid", "\"of nobody\"", "unknown_key")]
    [InlineData("kid", "null", "unknown_key")]
    [InlineData("epk", "null", "not_decryptable")]
    [InlineData("epk", "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAA\",\"y\":\"AAAA\"}", "not_decryptable")]
    [InlineData("epk", "{\"kty\":\"EC\",\"crv\":\"P-521\",\"x\":\"AAAA\",\"y\":\"AAAA\"}", "not_decryptable")]
    [InlineData("epk", "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"!\",\"y\":\"AAAA\"}", "not_decryptable")]
    public void A_header_that_says_something_else_is_refused(string member, string value, string code)
    {
        var header = JsonNode.Parse(Header())!;
        header[member] = JsonNode.Parse(value);

        Assert.Equal(code, Open($"{Encode(header.ToJsonString())}.{Wrapped}.{Iv}.AAAA.{Tag}").Fault?.Code);
    }

    [Fact]
    public void A_member_that_is_there_twice_is_refused() =>
        Assert.Equal(
            "wrong_header",
            Open(
                $"{Encode(Header().Replace("{", "{\"alg\":\"ECDH-ES+A256KW\",", StringComparison.Ordinal))}.{Wrapped}.{Iv}.AAAA.{Tag}"
            ).Fault?.Code
        );

    [Fact]
    public void What_is_too_long_is_refused_before_it_is_looked_at() =>
        Assert.Equal("too_large", Open(new string('a', 8_193)).Fault?.Code);

    [Theory]
    [InlineData("AAAA", null, null)]
    [InlineData(null, "AAAA", null)]
    [InlineData(null, null, "AAAA")]
    [InlineData(null, null, null)]
    public void Parts_of_another_length_and_tags_of_nobody_look_the_same(
        string? wrapped,
        string? iv,
        string? tag
    ) =>
        Assert.Equal(
            "not_decryptable",
            Open($"{Encode(Header())}.{wrapped ?? Wrapped}.{iv ?? Iv}.AAAA.{tag ?? Tag}").Fault?.Code
        );

    private static string Wrapped { get; } = Encode(new string('w', 72));

    private static string Iv { get; } = Encode(new string('i', 16));

    private static string Tag { get; } = Encode(new string('t', 32));

    private static string Header() =>
        $$"""
            {"alg":"ECDH-ES+A256KW","enc":"A256CBC-HS512","cty":"application/json","kid":"{{own.Key.KeyId}}",
            "epk":{"kty":"EC","crv":"P-256","x":"{{other.Key.Document.X}}","y":"{{other.Key.Document.Y}}"} }
            """;

    private static (byte[]? Content, JweFault? Fault) Open(string text) =>
        Jwe.Open(text, keyId => keyId == own.Key.KeyId ? new(own.Private) : null);

    private static string Encode(string text) =>
        System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
