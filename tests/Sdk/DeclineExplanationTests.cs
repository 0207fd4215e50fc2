using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk;

/// <summary>What the SDK says about each decline, without asking the bank; the limits that it does ask for are tried against the
/// real server in <see cref="Testing.AdviceTests"/>.</summary>
public sealed class DeclineExplanationTests
{
    private readonly OpenBankingClient client = new(
        new OpenBankingOptions
        {
            Authority = new Uri("http://localhost:1"),
            ClientId = "app_01hzy3v9k2m4n6p8q0r2s4t6v8",
            Key = ClientKey.CreateEs256(),
        }
    );

    public static TheoryData<string> Codes => [.. DeclineCodes.Catalogue.Select(entry => entry.Code)];

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task Every_decline_is_explained_with_what_customer_and_partner_can_do(string code)
    {
        var why = await ExplainAsync(code);

        Assert.Matches(@"^[A-Z].+[^.]$", why.Meaning);
        Assert.Matches(@"^[A-Z].+\.$", why.CustomerAdvice);
        Assert.Matches(@"^[A-Z].+\.$", why.PartnerAdvice);
        Assert.Equal($"{why.Meaning}. {why.PartnerAdvice} (decline code {code})", why.ToString());
    }

    [Fact]
    public async Task A_decline_of_a_newer_server_is_still_named()
    {
        var why = await ExplainAsync("moon_in_the_seventh_house");

        Assert.Equal((null, null), (why.CustomerAdvice, why.PartnerAdvice));
        Assert.Equal(
            "The bank declined the payment. (decline code moon_in_the_seventh_house)",
            why.ToString()
        );
    }

    /// <summary>Of a payment whose agreement and customer are not known, so that no limit is looked up.</summary>
    private Task<DeclineExplanation> ExplainAsync(string code) =>
        client.Payments.ExplainDeclineAsync(
            Samples.Payment with
            {
                Status = PaymentStatus.Failed,
                DeclineCode = code,
                AgreementId = null,
                AccountId = null,
                CustomerId = null,
            }
        );
}
