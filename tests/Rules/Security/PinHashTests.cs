using OpenBanking.Server.Security;

namespace OpenBanking.Tests.Rules.Security;

public class PinHashTests
{
    private static readonly byte[] salt = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];

    [Fact]
    public void The_same_PIN_salt_and_key_give_the_same_hash_and_others_another()
    {
        var pins = new PinHash(new(new byte[32]));
        var hash = pins.Compute("135791", salt);

        Assert.Equal(hash, pins.Compute("135791", salt));
        Assert.Distinct(
            new[]
            {
                hash,
                pins.Compute("135792", salt),
                pins.Compute("135791", PinHash.NewSalt()),
                new PinHash(new([1, .. new byte[31]])).Compute("135791", salt),
            }.Select(Convert.ToHexString)
        );
    }

    [Fact]
    public void It_is_slow_on_purpose()
    {
        var pins = new PinHash(new(new byte[32]));
        pins.Compute("135791", salt);

        var start = TimeProvider.System.GetTimestamp();
        pins.Compute("135791", salt);

        Assert.True(TimeProvider.System.GetElapsedTime(start) > TimeSpan.FromMilliseconds(10));
    }
}
