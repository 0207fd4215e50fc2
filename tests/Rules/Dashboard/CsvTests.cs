using OpenBanking.Server.Dashboard;

namespace OpenBanking.Tests.Rules.Dashboard;

public class CsvTests
{
    [Fact]
    public void Values_are_separated_by_commas_and_lines_by_CRLF() =>
        Assert.Equal("1,支付,-19.90\r\n", Csv.Line("1", "支付", "-19.90"));

    [Theory]
    [InlineData("a,b", "\"a,b\"\r\n")]
    [InlineData("say \"yes\"", "\"say \"\"yes\"\"\"\r\n")]
    [InlineData("two\nlines", "\"two\nlines\"\r\n")]
    public void What_would_break_the_file_is_quoted(string value, string line) =>
        Assert.Equal(line, Csv.Line(value));

    [Theory]
    [InlineData("=1+1")]
    [InlineData("+86")]
    [InlineData("-1")]
    [InlineData("@SUM(A1)")]
    [InlineData("  =1")]
    [InlineData("\t=1")]
    public void What_others_wrote_is_no_formula(string text) => Assert.Equal("'" + text, Csv.Foreign(text));

    [Theory]
    [InlineData("Membership")]
    [InlineData("会员 1+1")]
    [InlineData("")]
    public void Other_text_stays_as_it_is(string text) => Assert.Equal(text, Csv.Foreign(text));
}
