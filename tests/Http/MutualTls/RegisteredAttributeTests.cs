using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Xunit;

namespace OpenBanking.Tests.Http.MutualTls;

/// <summary>How the one attribute of a <c>tls_client_auth</c> app may be written, and what is said of it otherwise.</summary>
public sealed class RegisteredAttributeTests(CertificateBank bank)
{
    private const string SubjectDn = "tls_client_auth_subject_dn";
    private const string SanDns = "tls_client_auth_san_dns";
    private const string SanUri = "tls_client_auth_san_uri";
    private const string SanIp = "tls_client_auth_san_ip";
    private const string SanEmail = "tls_client_auth_san_email";
    private const string Psd2 = "2.5.4.97=PSDDE-BAFIN-123";

    /// <summary>A name as RFC 4514 writes it; and the certificate's, its first part first: the attributes of one part
    /// with a plus between.</summary>
    public static TheoryData<string, string, UniversalTagNumber> Names =>
        new()
        {
            {
                "CN=bank.example,2.5.4.97=#0c0f50534444452d424146494e2d313233,C=DE",
                $"2.5.4.6=DE|{Psd2}|2.5.4.3=bank.example",
                UniversalTagNumber.UTF8String
            },
            {
                "CN=bank.example,organizationIdentifier=PSDDE-BAFIN-123,C=DE",
                $"2.5.4.6=DE|{Psd2}|2.5.4.3=bank.example",
                UniversalTagNumber.PrintableString
            },
            {
                "0.9.2342.19200300.100.1.1=#0c027531,DC=example",
                "0.9.2342.19200300.100.1.25=example|0.9.2342.19200300.100.1.1=u1",
                UniversalTagNumber.IA5String
            },
            { "2.5.4.3=#0c0161", "2.5.4.3=a", UniversalTagNumber.PrintableString },
            { "2.5.4.3=#130161", "2.5.4.3=a", UniversalTagNumber.UTF8String },
            { "CN=#1E04652F4ED8", "2.5.4.3=支付", UniversalTagNumber.UTF8String },
            { "CN=支付", "2.5.4.3=支付", UniversalTagNumber.BMPString },
            { "CN=a+O=b,C=CN", "2.5.4.6=CN|2.5.4.3=a+2.5.4.10=b", UniversalTagNumber.UTF8String },
            { "O=b + CN=a,C=CN", "2.5.4.6=CN|2.5.4.3=a+2.5.4.10=b", UniversalTagNumber.UTF8String },
            {
                "2.5.4.10=#0c0162+CN=a,C=CN",
                "2.5.4.6=CN|2.5.4.10=b+2.5.4.3=a",
                UniversalTagNumber.UTF8String
            },
        };

    [Theory]
    [MemberData(nameof(Names), DisableDiscoveryEnumeration = true)]
    public async Task A_name_may_be_written_as_RFC_4514_allows(
        string text,
        string subject,
        UniversalTagNumber type
    )
    {
        var clientId = await bank.RegisterAsync(SubjectDn, text);
        using var own = bank.Authority.Issue(NameOf(subject, type));
        using var longer = bank.Authority.Issue(NameOf(subject + "x", type));

        Assert.Equal(200, await StatusAsync(clientId, own));
        Assert.Equal(401, await StatusAsync(clientId, longer));
    }

    [Theory]
    [InlineData("CN=a+O=b,C=CN", "2.5.4.6=CN|2.5.4.10=b|2.5.4.3=a")]
    [InlineData("CN=a,O=b,C=CN", "2.5.4.6=CN|2.5.4.3=a+2.5.4.10=b")]
    [InlineData("CN=a+O=b,C=CN", "2.5.4.3=a|2.5.4.6=CN+2.5.4.10=b")]
    [InlineData("CN=a+O=b", "2.5.4.3=b+2.5.4.10=a")]
    [InlineData("CN=a+O=b", "2.5.4.3=a+2.5.4.10=b+2.5.4.11=c")]
    [InlineData(@"CN=\#0c0161", "2.5.4.3=a")]
    public async Task Parts_stay_apart(string text, string subject)
    {
        var clientId = await bank.RegisterAsync(SubjectDn, text);
        using var another = bank.Authority.Issue(NameOf(subject, UniversalTagNumber.UTF8String));
        Assert.Equal(401, await StatusAsync(clientId, another));
    }

    [Theory]
    [InlineData(SubjectDn, "", "1 to 512 characters")]
    [InlineData(SubjectDn, "bank.example", "a type, = and a value")]
    [InlineData(SubjectDn, "CN=a,", "a type, = and a value")]
    [InlineData(SubjectDn, "CN=", "empty")]
    [InlineData(SubjectDn, "E=a@b.example", "type E ")]
    [InlineData(SubjectDn, "2.5.04.3=a", "type 2.5.04.3 ")]
    [InlineData(SubjectDn, "9.5=a", "type 9.5 ")]
    [InlineData(SubjectDn, "CN=\"a\"", "escaped")]
    [InlineData(SubjectDn, "CN=a\\x", "escaped")]
    [InlineData(SubjectDn, "CN=#0c0", "#")]
    [InlineData(SubjectDn, "CN=#0c0261", "#")]
    [InlineData(SubjectDn, "CN=#0c016162", "#")]
    [InlineData(SubjectDn, "CN=#020101", "#")]
    [InlineData(SubjectDn, "CN=#0c01ff", "#")]
    [InlineData(SanIp, "1.2.3", "four parts")]
    [InlineData(SanIp, "16908291", "four parts")]
    [InlineData(SanIp, "0x1020003", "four parts")]
    [InlineData(SanIp, "01.02.0.03", "four parts")]
    [InlineData(SanIp, "1.2.3.4:443", "four parts")]
    [InlineData(SanIp, "1.2.3.4/32", "four parts")]
    [InlineData(SanIp, " 1.2.3.4", "four parts")]
    [InlineData(SanIp, "[2001:db8::1]:443", "brackets")]
    [InlineData(SanIp, "[2001:db8::1]", "brackets")]
    [InlineData(SanIp, "fe80::1%1", "zone")]
    [InlineData(SanIp, "2001:db8::1/64", "zone")]
    [InlineData(SanIp, "::ffff:1.2.03.4", "zone")]
    [InlineData(SanIp, "a.example", "four parts")]
    [InlineData(SanEmail, "mailto:a@b.example", "address alone")]
    [InlineData(SanEmail, "a.b.example", "address alone")]
    [InlineData(SanEmail, "a@b@c.example", "address alone")]
    [InlineData(SanEmail, "@b.example", "address alone")]
    [InlineData(SanEmail, "a@", "address alone")]
    [InlineData(SanEmail, "a..b@c.example", "address alone")]
    [InlineData(SanEmail, "Ada <a@b.example>", "address alone")]
    [InlineData(SanDns, "https://a.example/", "name alone")]
    [InlineData(SanDns, "a b", "name alone")]
    [InlineData(SanDns, "a..example", "name alone")]
    [InlineData(SanUri, "a.example", "URI")]
    [InlineData(SanUri, "https://a.example/ b", "URI")]
    public async Task A_value_that_cannot_be_is_refused_by_its_name(string kind, string value, string reason)
    {
        var answer = await TryRegisterAsync(kind, value);

        Assert.True((answer.Status, answer.Code) == (400, "invalid_client_metadata"), answer.Text);
        var description = answer.Json["error_description"]!.GetValue<string>();
        Assert.StartsWith(kind, description);
        Assert.Contains(reason, description);
        Assert.DoesNotContain("exactly one", description);
    }

    [Theory]
    [InlineData(SanIp, "192.0.2.7")]
    [InlineData(SanIp, "0.0.0.255")]
    [InlineData(SanIp, "2001:0DB8:0:0:0:0:0:1")]
    [InlineData(SanIp, "::ffff:192.0.2.7")]
    [InlineData(SanEmail, "a.b+c@d-e.example")]
    [InlineData(SanDns, "app_1.a-b.example")]
    [InlineData(SanUri, "urn:example:app:1")]
    [InlineData(SanUri, "spiffe://a.example/app")]
    public async Task A_value_of_its_kind_is_taken(string kind, string value) =>
        Assert.Equal(201, (await TryRegisterAsync(kind, value)).Status);

    [Fact]
    public async Task None_and_two_are_told_that_it_is_one()
    {
        (string, JsonNode?)[][] members =
        [
            [],
            [(SubjectDn, "CN=a"), (SanIp, "wrong")],
        ];
        foreach (var some in members)
        {
            var answer = await bank.TryRegisterAsync([
                ("token_endpoint_auth_method", CertificateBank.ByAuthority),
                .. some,
            ]);
            Assert.Equal((400, "invalid_client_metadata"), (answer.Status, answer.Code));
            Assert.Contains("exactly one", answer.Json["error_description"]!.GetValue<string>());
        }
    }

    private Task<RawAnswer> TryRegisterAsync(string kind, string value) =>
        bank.TryRegisterAsync(("token_endpoint_auth_method", CertificateBank.ByAuthority), (kind, value));

    private async Task<int> StatusAsync(string clientId, X509Certificate2 certificate)
    {
        using var client = bank.NewClient(clientId, certificate);
        return (await client.AskAsync()).Status;
    }

    private static X500DistinguishedName NameOf(string parts, UniversalTagNumber type)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var part in parts.Split('|'))
            {
                using var set = writer.PushSetOf();
                foreach (var attribute in part.Split('+'))
                {
                    using var pair = writer.PushSequence();
                    writer.WriteObjectIdentifier(attribute.Split('=')[0]);
                    writer.WriteCharacterString(type, attribute.Split('=')[1]);
                }
            }
        }

        return new(writer.Encode());
    }
}
