using System.Security.Cryptography;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Security;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Tests.Rules.Customers;

public class PasskeyChallengesTests
{
    private const string Browser = "ses_1.secret";
    private static readonly PasskeyChallenges challenges = new(new ServerKeys(new byte[32]));
    private readonly byte[] challenge = challenges.New(ChallengeUse.SignIn, Rows.World, Browser, Rows.Noon);

    [Fact]
    public void A_challenge_is_known_again_for_five_minutes()
    {
        Assert.NotNull(Find(Rows.Noon));
        Assert.NotNull(Find(Rows.Noon.AddMinutes(5).AddMilliseconds(-1)));
        Assert.Null(Find(Rows.Noon.AddMinutes(5)));
    }

    [Fact]
    public void It_is_of_one_use_one_world_and_one_browser()
    {
        Assert.Null(challenges.Find(challenge, ChallengeUse.Add, Rows.World, Browser, Rows.Noon));
        Assert.Null(challenges.Find(challenge, ChallengeUse.SignIn, World.Live, Browser, Rows.Noon));
        Assert.Null(challenges.Find(challenge, ChallengeUse.SignIn, Rows.World, "ses_1.another", Rows.Noon));
    }

    [Fact]
    public void No_two_are_alike_and_each_is_remembered_under_a_digest_of_its_own()
    {
        var other = challenges.New(ChallengeUse.SignIn, Rows.World, Browser, Rows.Noon);

        Assert.NotEqual(challenge, other);
        Assert.NotEqual(
            Find(Rows.Noon)!.Hash,
            challenges.Find(other, ChallengeUse.SignIn, Rows.World, Browser, Rows.Noon)!.Hash
        );
    }

    [Fact]
    public void A_challenge_with_any_bit_changed_or_another_length_is_none()
    {
        for (var bit = 0; bit < challenge.Length * 8; bit++)
        {
            var changed = (byte[])challenge.Clone();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(challenges.Find(changed, ChallengeUse.SignIn, Rows.World, Browser, Rows.Noon));
        }

        foreach (var length in (int[])[0, 1, challenge.Length - 1, challenge.Length + 1])
        {
            Assert.Null(
                challenges.Find(
                    RandomNumberGenerator.GetBytes(length),
                    ChallengeUse.SignIn,
                    Rows.World,
                    Browser,
                    Rows.Noon
                )
            );
        }
    }

    private AnsweredChallenge? Find(DateTimeOffset now) =>
        challenges.Find(challenge, ChallengeUse.SignIn, Rows.World, Browser, now);
}
