using OpenBanking.Server;
using OpenBanking.Server.Http;

namespace OpenBanking.Tests.Rules.Http;

public class WireTests
{
    [Theory]
    [InlineData(1, null)]
    [InlineData(10_000_000_000, null)]
    [InlineData(0, "out_of_range")]
    [InlineData(-1, "out_of_range")]
    [InlineData(10_000_000_001, "out_of_range")]
    [InlineData(long.MaxValue, "out_of_range")]
    [InlineData(long.MinValue, "out_of_range")]
    public void An_amount_is_from_one_fen_to_a_hundred_million_yuan(long amount, string? code) =>
        Assert.Equal(code, Wire.CheckAmount("/amount", Money.Cny(amount))?.Code);

    /// <summary>Of people and of things: each character counts once, also those that take two units of UTF-16.</summary>
    [Theory]
    [InlineData("买买提·吐尔逊", true)]
    [InlineData("\U00020BB7田一郎", true)]
    [InlineData("\U0001F3AC\U0001F3AC\U0001F3AC\U0001F3AC\U0001F3AC\U0001F3AC\U0001F3AC\U0001F3AC", true)]
    [InlineData("123456789", false)]
    [InlineData("", false)]
    [InlineData(" ", false)]
    [InlineData("a\u202Eb", false)]
    [InlineData("a\u2066b", false)]
    [InlineData("a\u200Bb", false)]
    [InlineData("a\u0007b", false)]
    [InlineData("a\u2028b", false)]
    [InlineData(" a", false)]
    [InlineData("a ", false)]
    [InlineData("\u3164", false)]
    [InlineData("a\u3164b", false)]
    [InlineData("a\u2800b", false)]
    [InlineData("a\u115Fb", false)]
    [InlineData("a\u1160b", false)]
    [InlineData("a\u17B4b", false)]
    [InlineData("a\u17B5b", false)]
    [InlineData("a\uFFA0b", false)]
    [InlineData("a\uFFFCb", false)]
    [InlineData("\u0301", false)]
    [InlineData("\uFE0F", false)]
    [InlineData("·", false)]
    [InlineData("7", true)]
    [InlineData("€", true)]
    [InlineData("\u2764\uFE0F", true)]
    public void A_name_has_characters_that_can_be_seen_each_counted_once(string name, bool taken) =>
        Assert.Equal(taken, ShownText.IsName(name, longest: 8));

    [Theory]
    [InlineData("USD")]
    [InlineData("cny")]
    [InlineData("")]
    public void Only_renminbi_is_taken(string currency) =>
        Assert.Equal("/amount/currency", Wire.CheckAmount("/amount", new(currency, 1))?.Pointer);

    [Theory]
    [InlineData("A-Za.z0_9:", true)]
    [InlineData("", false)]
    [InlineData("订单1", false)]
    [InlineData("a b", false)]
    [InlineData("a/b", false)]
    [InlineData("a\u0000", false)]
    [InlineData(".", false)]
    [InlineData("..", false)]
    [InlineData("...", true)]
    public void An_order_number_has_known_characters_only(string orderNo, bool good) =>
        Assert.Equal(good, Wire.CheckOrderNo("/order_no", orderNo) is null);

    [Fact]
    public void An_order_number_has_at_most_64_characters_and_a_text_128()
    {
        Assert.Null(Wire.CheckOrderNo("/order_no", new('a', 64)));
        Assert.NotNull(Wire.CheckOrderNo("/order_no", new('a', 65)));
        Assert.Null(Wire.CheckText("/text", new('文', 128), WireText.Words));
        Assert.NotNull(Wire.CheckText("/text", new('文', 129), WireText.Words));
        Assert.Null(
            Wire.CheckText("/text", string.Concat(Enumerable.Repeat("\U0001F3AC", 128)), WireText.Words)
        );
        Assert.NotNull(
            Wire.CheckText("/text", string.Concat(Enumerable.Repeat("\U0001F3AC", 129)), WireText.Words)
        );
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("一个月会员", true)]
    [InlineData("", false)]
    [InlineData("line\nbreak", false)]
    [InlineData("\u0000", false)]
    [InlineData("\u0085", false)]
    [InlineData("\U0001F468\u200D\U0001F466 & می\u200Cخواهم", true)]
    [InlineData("paid\u202E", false)]
    [InlineData("paid\u2066", false)]
    [InlineData("pa\u200Bid", false)]
    [InlineData("two\u2028lines", false)]
    [InlineData("  ", false)]
    [InlineData("\u3000", false)]
    [InlineData("\uFE0F", false)]
    [InlineData("\u200D", false)]
    [InlineData("a\u3164b", false)]
    [InlineData("\u2800", false)]
    [InlineData("\uFFFC", false)]
    [InlineData(" a ", true)]
    [InlineData("!", true)]
    public void A_text_is_absent_or_something_that_hides_and_turns_nothing(string? text, bool good) =>
        Assert.Equal(good, Wire.CheckText("/text", text, WireText.Words) is null);
}
