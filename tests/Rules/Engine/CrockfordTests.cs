using FsCheck;
using FsCheck.Fluent;
using OpenBanking.Server.Engine;

namespace OpenBanking.Tests.Rules.Engine;

public class CrockfordTests
{
    private static readonly Gen<Guid> guids = Gen.ArrayOf(Gen.Choose(0, 255), 16)
        .Select(numbers => new Guid([.. numbers.Select(number => (byte)number)], bigEndian: true));

    [Fact]
    public void Every_id_is_read_back_as_it_was_written() =>
        Properties.Hold(
            guids,
            5_000,
            id =>
            {
                Assert.True(Crockford.TryDecode(Crockford.Encode(id), out var read));
                Assert.Equal(id, read);
            }
        );

    [Fact]
    public void The_order_of_the_text_is_the_order_of_the_bytes() =>
        Properties.Hold(
            guids.Two(),
            5_000,
            pair =>
            {
                var (left, right) = pair;
                var bytes = left.ToByteArray(bigEndian: true)
                    .AsSpan()
                    .SequenceCompareTo(right.ToByteArray(bigEndian: true));
                Assert.Equal(
                    Math.Sign(bytes),
                    Math.Sign(string.CompareOrdinal(Crockford.Encode(left), Crockford.Encode(right)))
                );
            }
        );

    [Theory]
    [InlineData("00000000-0000-0000-0000-000000000000", "00000000000000000000000000")]
    [InlineData("00000000-0000-0000-0000-00000000001f", "0000000000000000000000000z")]
    [InlineData("ffffffff-ffff-ffff-ffff-ffffffffffff", "7zzzzzzzzzzzzzzzzzzzzzzzzz")]
    [InlineData("80000000-0000-0000-0000-000000000020", "40000000000000000000000010")]
    public void Known_ids_have_known_spellings(string id, string text) =>
        Assert.Equal(text, Crockford.Encode(Guid.Parse(id)));

    [Theory]
    [InlineData("")]
    [InlineData("0000000000000000000000000")]
    [InlineData("000000000000000000000000000")]
    [InlineData("80000000000000000000000000")]
    [InlineData("zzzzzzzzzzzzzzzzzzzzzzzzzz")]
    [InlineData("0000000000000000000000000Z")]
    [InlineData("0000000000000000000000000i")]
    [InlineData("0000000000000000000000000l")]
    [InlineData("0000000000000000000000000o")]
    [InlineData("0000000000000000000000000u")]
    [InlineData("0000000000000-000000000000")]
    [InlineData("0000000000000000000000000 ")]
    [InlineData("0000000000000000000000000０")]
    public void No_other_spelling_is_read(string text) => Assert.False(Crockford.TryDecode(text, out _));
}
