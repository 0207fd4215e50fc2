using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using OpenBanking.Server.Authorization;
using Xunit;

namespace OpenBanking.Tests.Rules.Authorization;

/// <summary>Names as RFC 4514 writes them.</summary>
public sealed class DistinguishedNamesTests
{
    [Theory]
    [InlineData("CN=Pay,O=Example", "2.5.4.3=Pay|2.5.4.10=Example")]
    [InlineData("cn=Pay , o= Example ", "2.5.4.3=Pay|2.5.4.10=Example")]
    [InlineData(@"O=Example Co.\, Ltd.,C=CN", "2.5.4.10=Example Co., Ltd.|2.5.4.6=CN")]
    [InlineData(@"CN=\E6\94\AF\E4\BB\98", "2.5.4.3=支付")]
    [InlineData("CN=支付", "2.5.4.3=支付")]
    [InlineData(@"CN=a\ ", "2.5.4.3=a ")]
    [InlineData(@"CN=\#a\+b\""c\\", "2.5.4.3=#a+b\"c\\")]
    [InlineData("CN=a=b", "2.5.4.3=a=b")]
    [InlineData("2.5.4.97=PSDCN-1", "2.5.4.97=PSDCN-1")]
    [InlineData("organizationIdentifier=PSDCN-1", "2.5.4.97=PSDCN-1")]
    public void A_name_is_read_part_by_part(string text, string parts) =>
        Assert.Equal(
            parts,
            string.Join('|', DistinguishedNames.Parse(text)!.Select(part => $"{part.Type}={part.Value}"))
        );

    [Theory]
    [InlineData("")]
    [InlineData("Pay")]
    [InlineData("CN=")]
    [InlineData("CN=  ")]
    [InlineData("CN=a,")]
    [InlineData(",CN=a")]
    [InlineData("unknown=a")]
    [InlineData("CN=a+OU=b")]
    [InlineData("CN=\"a\"")]
    [InlineData("CN=#0401")]
    [InlineData(@"CN=a\")]
    [InlineData(@"CN=a\x")]
    [InlineData(@"CN=\00")]
    [InlineData(@"CN=\FF")]
    [InlineData("CN=a\0")]
    public void What_is_no_such_name_is_refused(string text) => Assert.Null(DistinguishedNames.Parse(text));

    [Fact]
    public void A_name_in_a_certificate_reads_as_it_is_written()
    {
        var builder = new X500DistinguishedNameBuilder();
        builder.AddCommonName("支付");
        builder.AddOrganizationName("Example Co., Ltd.");
        builder.AddCountryOrRegion("CN");
        Assert.Equal(
            DistinguishedNames.Parse(@"CN=支付,O=Example Co.\, Ltd.,C=CN"),
            DistinguishedNames.Of(builder.Build())
        );
    }

    [Fact]
    public void A_part_of_two_attributes_in_a_certificate_makes_its_name_nobodys()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSetOf())
        {
            foreach (var (type, value) in new[] { ("2.5.4.3", "a"), ("2.5.4.11", "b") })
            {
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(type);
                    writer.WriteCharacterString(UniversalTagNumber.UTF8String, value);
                }
            }
        }

        Assert.Null(DistinguishedNames.Of(new X500DistinguishedName(writer.Encode())));
    }
}
