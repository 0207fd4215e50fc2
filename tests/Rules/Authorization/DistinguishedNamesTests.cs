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
    [InlineData("2.5.4.97=#0c065053444e2d31", "2.5.4.97=PSDN-1")]
    [InlineData("CN=#1E04652F4ED8 ,C=CN", "2.5.4.3=支付|2.5.4.6=CN")]
    [InlineData("OU=b+CN=a,C=CN", "2.5.4.11=b|2.5.4.3=a|2.5.4.6=CN")]
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
    [InlineData("CN=a+")]
    [InlineData("CN=a+b")]
    [InlineData("2.5..4=a")]
    [InlineData("2.5.04.3=a")]
    [InlineData("3.1=a")]
    [InlineData("2=a")]
    [InlineData("CN=#")]
    [InlineData("CN=#0c016")]
    [InlineData("CN=#0c0100")]
    [InlineData("CN=#0c0261")]
    [InlineData("CN=#0c016161")]
    [InlineData("CN=#zz0161")]
    [InlineData("CN=#0c00")]
    [InlineData("CN=#030100")]
    [InlineData("CN=#0cff61")]
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
    public void The_attributes_of_a_part_stand_in_any_order_and_in_no_other_part()
    {
        var name = NameOf([("2.5.4.6", "CN")], [("2.5.4.11", "b"), ("2.5.4.3", "a")]);

        Assert.Equal(DistinguishedNames.Parse("CN=a+OU=b,C=CN"), name);
        Assert.Equal(DistinguishedNames.Parse("OU=b+CN=#0c0161,C=CN"), name);
        Assert.NotEqual(DistinguishedNames.Parse("CN=a,OU=b,C=CN"), name);
        Assert.NotEqual(DistinguishedNames.Parse("CN=a+OU=b+C=CN"), name);
        Assert.NotEqual(DistinguishedNames.Parse("CN=b+OU=a,C=CN"), name);
        Assert.NotEqual(DistinguishedNames.Parse("CN=a,OU=b+C=CN"), name);
    }

    [Fact]
    public void A_value_in_a_certificate_that_is_no_text_makes_its_name_nobodys()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSetOf())
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier("2.5.4.45");
            writer.WriteBitString([1]);
        }

        Assert.Null(DistinguishedNames.Of(new X500DistinguishedName(writer.Encode())));
    }

    private static IReadOnlyList<NamePart>? NameOf(params (string Type, string Value)[][] parts)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var part in parts)
            {
                using var set = writer.PushSetOf();
                foreach (var (type, value) in part)
                {
                    using var attribute = writer.PushSequence();
                    writer.WriteObjectIdentifier(type);
                    writer.WriteCharacterString(UniversalTagNumber.UTF8String, value);
                }
            }
        }

        return DistinguishedNames.Of(new X500DistinguishedName(writer.Encode()));
    }
}
