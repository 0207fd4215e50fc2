using System.Text;
using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk;

public sealed class WebhookVerifierTests
{
    private static readonly byte[] body = Encoding.UTF8.GetBytes(Samples.Event("evt_1"));

    private readonly FakeClock clock = new();
    private readonly string secret = WebhookSigner.CreateSecret();

    [Fact]
    public void The_example_of_the_standard_verifies()
    {
        // Standard Webhooks, reference implementations' own test vector.
        const string known = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        var signed = new WebhookSigner(known).Sign(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            DateTimeOffset.FromUnixTimeSeconds(1614265330),
            "{\"test\": 2432232314}"u8
        );

        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", signed.Signature);
    }

    [Fact]
    public void A_delivery_of_the_bank_becomes_its_event()
    {
        var received = Verifier(secret).Verify(Sign(secret), body);

        Assert.Equal(("evt_1", EventTypes.PaymentCaptured), (received.Id, received.Type));
        Assert.Equal("captured", received.Data.Status);
    }

    [Fact]
    public void An_event_of_a_newer_bank_is_given_as_it_is()
    {
        var newer = Encoding.UTF8.GetBytes(
            Samples
                .Event("evt_1")
                .Replace(EventTypes.PaymentCaptured, "payment.levitated")
                .Replace("\"payment_id\"", "\"height_cm\":7,\"payment_id\"")
        );

        var received = Verifier(secret)
            .Verify(new WebhookSigner(secret).Sign("evt_1", clock.GetUtcNow(), newer), newer);

        Assert.Equal(("payment.levitated", "pay_1"), (received.Type, received.Data.PaymentId));
        Assert.Equal(7, received.Data.AdditionalFields!["height_cm"].GetInt32());
    }

    [Theory]
    [InlineData(-300)]
    [InlineData(300)]
    public void Clocks_may_differ_by_five_minutes(int seconds) =>
        Verifier(secret).Verify(Sign(secret, TimeSpan.FromSeconds(seconds)), body);

    [Theory]
    [InlineData(-301, WebhookRefusal.TooOld, "301 s ago")]
    [InlineData(301, WebhookRefusal.InTheFuture, "301 s in the future")]
    [InlineData(-100_000_000, WebhookRefusal.TooOld, "100000000 s ago")]
    public void Stale_and_future_deliveries_are_refused(int seconds, WebhookRefusal reason, string said) =>
        Refused(reason, Sign(secret, TimeSpan.FromSeconds(seconds)), body, said);

    [Theory]
    [InlineData("soon")]
    [InlineData("-1")]
    [InlineData("1e9")]
    [InlineData("99999999999999999999")]
    public void A_timestamp_that_is_no_number_of_seconds_is_refused(string timestamp) =>
        Refused(WebhookRefusal.MalformedTimestamp, Sign(secret) with { Timestamp = timestamp }, body);

    [Fact]
    public void A_missing_header_is_refused_and_named()
    {
        Refused(WebhookRefusal.MissingHeader, Sign(secret) with { Id = null }, body, "webhook-id");
        Refused(
            WebhookRefusal.MissingHeader,
            Sign(secret) with
            {
                Timestamp = "",
            },
            body,
            "webhook-timestamp"
        );
        Refused(
            WebhookRefusal.MissingHeader,
            Sign(secret) with
            {
                Signature = null,
            },
            body,
            "webhook-signature"
        );
        Refused(WebhookRefusal.MissingHeader, default, body);
    }

    [Fact]
    public void Whatever_is_changed_breaks_the_signature()
    {
        var signed = Sign(secret);
        Refused(WebhookRefusal.WrongSignature, signed, [.. body, (byte)' ']);
        Refused(WebhookRefusal.WrongSignature, signed with { Id = "evt_2" }, body);
        var later = clock.GetUtcNow().ToUnixTimeSeconds() + 1;
        Refused(WebhookRefusal.WrongSignature, signed with { Timestamp = $"{later}" }, body);
        Refused(WebhookRefusal.WrongSignature, Sign(WebhookSigner.CreateSecret()), body);
    }

    [Theory]
    [InlineData("v1,")]
    [InlineData("v1,not base64")]
    [InlineData("v2,{signature}")]
    [InlineData("v1a,{signature}")]
    [InlineData("{signature}")]
    [InlineData("v1,{signature}AAAA")]
    public void A_signature_in_another_form_is_refused(string form)
    {
        var signed = Sign(secret);
        var signature = signed.Signature!["v1,".Length..];

        Refused(
            WebhookRefusal.WrongSignature,
            signed with
            {
                Signature = form.Replace("{signature}", signature, StringComparison.Ordinal),
            },
            body
        );
    }

    [Fact]
    public void While_a_secret_is_rotated_either_side_may_be_ahead()
    {
        var old = secret;
        var fresh = WebhookSigner.CreateSecret();
        var both = Sign(old) with { Signature = $"{Sign(old).Signature} v1a,xyz {Sign(fresh).Signature}" };

        Verifier(old).Verify(both, body);
        Verifier(fresh).Verify(both, body);
        Verifier(old, fresh).Verify(Sign(fresh), body);
        Verifier(old, fresh).Verify(Sign(old), body);
    }

    [Theory]
    [InlineData("{}", "is no event.")]
    [InlineData("null", "is null.")]
    [InlineData("not json", "is no event.")]
    [InlineData("""{"id":"evt_1","data":{"amount":{"currency":1}}}""", "is no event: it is wrong at $.d")]
    public void A_body_that_is_no_event_is_refused_with_where_it_is_wrong(string text, string said)
    {
        var raw = Encoding.UTF8.GetBytes(text);

        Refused(
            WebhookRefusal.MalformedBody,
            new WebhookSigner(secret).Sign("evt_1", clock.GetUtcNow(), raw),
            raw,
            said
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("whsec_")]
    [InlineData("whsec_c2hvcnQ=")]
    [InlineData("secret_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData("whsec_not base64 at all, nor long")]
    public void What_is_no_secret_is_refused_without_repeating_it(string wrong)
    {
        var refusal = Assert.Throws<ArgumentException>(() => new WebhookVerifier(wrong));

        Assert.True(wrong.Length < 8 || !refusal.ToString().Contains(wrong, StringComparison.Ordinal));
        Assert.Throws<ArgumentException>(() => new WebhookVerifier());
    }

    private WebhookHeaders Sign(string with, TimeSpan? after = null) =>
        new WebhookSigner(with).Sign("evt_1", clock.GetUtcNow() + (after ?? TimeSpan.Zero), body);

    private WebhookVerifier Verifier(params string[] secrets) => new(secrets, clock);

    private void Refused(WebhookRefusal reason, WebhookHeaders headers, byte[] raw, string said = "")
    {
        var refusal = Assert.Throws<WebhookVerificationException>(() =>
            Verifier(secret).Verify(headers, raw)
        );
        Assert.Equal(reason, refusal.Reason);
        Assert.Contains(said, refusal.Message);
    }
}
