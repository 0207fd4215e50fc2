using OpenBanking.Server.Accounts;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Payments;

namespace OpenBanking.Tests.Rules.Engine;

public class IdsTests
{
    private static readonly Ids ids = new(TimeProvider.System);

    [Fact]
    public void An_id_is_written_with_its_prefix_and_read_back()
    {
        var id = ids.New<PaymentRow>();

        Assert.StartsWith("pay_", id.ToString(), StringComparison.Ordinal);
        Assert.True(Id<PaymentRow>.TryParse(id.ToString(), out var read));
        Assert.Equal(id, read);
    }

    [Fact]
    public void An_id_of_one_thing_is_no_id_of_another() =>
        Assert.False(Id<AccountRow>.TryParse(ids.New<PaymentRow>().ToString(), out _));

    [Fact]
    public void An_id_has_one_spelling()
    {
        var text = ids.New<PaymentRow>().ToString();

        Assert.False(Id<PaymentRow>.TryParse(null, out _));
        Assert.False(Id<PaymentRow>.TryParse("", out _));
        Assert.False(Id<PaymentRow>.TryParse("pay_", out _));
        Assert.False(Id<PaymentRow>.TryParse(text.ToUpperInvariant(), out _));
        Assert.False(Id<PaymentRow>.TryParse("PAY_" + text[4..], out _));
        Assert.False(Id<PaymentRow>.TryParse(" " + text, out _));
        Assert.False(Id<PaymentRow>.TryParse(text + "\n", out _));
        Assert.False(Id<PaymentRow>.TryParse(text[4..], out _));
    }

    [Fact]
    public void Ids_of_a_later_millisecond_sort_after_those_before()
    {
        var clock = new StoppedClock(Rows.Noon);
        var sorted = new Ids(clock);
        var texts = Enumerable
            .Range(0, 1_000)
            .Select(_ =>
            {
                clock.Now += TimeSpan.FromMilliseconds(1);
                return sorted.New<PaymentRow>().ToString();
            })
            .ToList();

        Assert.Equal(texts.Order(StringComparer.Ordinal), texts);
    }

    [Fact]
    public void Secrets_are_256_bits_and_never_the_same()
    {
        var secrets = Enumerable.Range(0, 1_000).Select(_ => Ids.NewSecret()).ToList();

        Assert.All(
            secrets,
            secret => Assert.Equal(32, System.Buffers.Text.Base64Url.DecodeFromChars(secret).Length)
        );
        Assert.Distinct(secrets);
    }

    [Fact]
    public void One_time_codes_are_six_digits_with_their_leading_zeros()
    {
        var codes = Enumerable.Range(0, 1_000).Select(_ => Ids.NewDigits()).ToList();

        Assert.All(codes, code => Assert.Matches("^[0-9]{6}$", code));
        Assert.Contains(codes, code => code[0] == '0');
    }
}
