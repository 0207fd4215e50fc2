namespace OpenBanking.Tests.Sdk;

public sealed class IdempotencyKeyTests
{
    [Fact]
    public void An_order_number_with_half_a_character_makes_no_key()
    {
        // As UTF-8 all of them would be the same.
        var refusal = Assert.Throws<ArgumentException>(() =>
            IdempotencyKey.FromOrder("order \ud800", "payment")
        );

        Assert.Equal("orderNo", refusal.ParamName);
    }

    [Fact]
    public void The_same_order_always_makes_the_same_key()
    {
        var key = IdempotencyKey.FromOrder("2026-1120-1", "payment");

        Assert.Equal("payment:2026-1120-1:1", key.Value);
        Assert.Equal(key, IdempotencyKey.FromOrder("2026-1120-1", "payment", attempt: 1));
    }

    [Fact]
    public void Another_order_operation_or_attempt_makes_another_key()
    {
        string[] keys =
        [
            IdempotencyKey.FromOrder("a", "payment").Value,
            IdempotencyKey.FromOrder("b", "payment").Value,
            IdempotencyKey.FromOrder("a", "refund").Value,
            IdempotencyKey.FromOrder("a", "payment", attempt: 2).Value,
            IdempotencyKey.FromOrder("a:1", "payment").Value,
            IdempotencyKey.FromOrder("订单一", "payment").Value,
            IdempotencyKey.FromOrder("订单二", "payment").Value,
            IdempotencyKey.FromOrder(new string('a', 64), "payment").Value,
            IdempotencyKey.FromOrder(new string('a', 65), "payment").Value,
        ];

        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.All(keys, key => Assert.InRange(key.Length, 1, 64));
        Assert.All(keys, key => Assert.All(key, character => Assert.InRange(character, '!', '~')));
    }

    [Theory]
    [InlineData("", "payment", 1)]
    [InlineData("a", "", 1)]
    [InlineData("a", "pay:ment", 1)]
    [InlineData("a", "pay ment", 1)]
    [InlineData("a", "payment", 0)]
    public void What_makes_no_key_is_refused(string orderNo, string operation, int attempt) =>
        Assert.ThrowsAny<ArgumentException>(() => IdempotencyKey.FromOrder(orderNo, operation, attempt));

    [Fact]
    public void A_key_of_ones_own_is_visible_ASCII_of_at_most_64()
    {
        Assert.Equal("my-key", IdempotencyKey.Parse("my-key").Value);
        Assert.True(IdempotencyKey.TryParse(new string('k', 64), out _));
        foreach (var wrong in new[] { "", "with space", "schlüssel", "line\n", new string('k', 65) })
        {
            var refusal = Assert.Throws<FormatException>(() => IdempotencyKey.Parse(wrong));
            Assert.EndsWith($"this text has {wrong.Length}.", refusal.Message);
        }
    }

    [Fact]
    public void A_default_key_names_nothing() =>
        Assert.Throws<InvalidOperationException>(() => default(IdempotencyKey).Value);
}
