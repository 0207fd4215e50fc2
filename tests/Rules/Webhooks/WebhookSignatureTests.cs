using OpenBanking.Server.Webhooks;

namespace OpenBanking.Tests.Rules.Webhooks;

public class WebhookSignatureTests
{
    /// <summary>The example of the Standard Webhooks specification.</summary>
    [Fact]
    public void It_signs_the_published_example_as_published() =>
        Assert.Equal(
            "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
            WebhookSignature.Sign(
                "whsec_plJ3nmyCDGBKInavdOK15jsl",
                "msg_loFOjxBNrRLzqYUf",
                1731705121,
                """{"event_type":"ping","data":{"success":true}}"""u8
            )
        );

    [Fact]
    public void Id_time_body_and_secret_all_count()
    {
        const string secret = "whsec_plJ3nmyCDGBKInavdOK15jsl";
        Assert.Distinct([
            WebhookSignature.Sign(secret, "evt_1", 1, "{}"u8),
            WebhookSignature.Sign(secret, "evt_2", 1, "{}"u8),
            WebhookSignature.Sign(secret, "evt_1", 2, "{}"u8),
            WebhookSignature.Sign(secret, "evt_1", 1, "{ }"u8),
            WebhookSignature.Sign(WebhookSignature.NewSecret(), "evt_1", 1, "{}"u8),
        ]);
    }

    [Fact]
    public void A_secret_is_256_random_bits_behind_its_prefix()
    {
        var secrets = Enumerable.Range(0, 100).Select(_ => WebhookSignature.NewSecret()).ToList();

        Assert.All(
            secrets,
            secret => Assert.Equal(32, Convert.FromBase64String(secret["whsec_".Length..]).Length)
        );
        Assert.All(secrets, secret => Assert.StartsWith("whsec_", secret, StringComparison.Ordinal));
        Assert.Distinct(secrets);
    }
}
