using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Requests that stop being allowed after they were pushed: the app is told at its address (RFC 6749 §4.1.2.1), as long as
/// that is registered.</summary>
public sealed class WithdrawnRequestTests(SharedServer shared) : BankPageTests(shared)
{
    private RawClient client = null!;
    private ManagedRegistration registration = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        client = new RawClient(Partner, Shared.Server.Address);
        registration = new(client);
    }

    [Theory]
    [InlineData(
        "authorization_details_types",
        """["account_opening","account_information","payment_agreement"]""",
        "invalid_authorization_details",
        "The app is no longer registered for coupon_wallet."
    )]
    [InlineData(
        "scope",
        "\"openid accounts payments\"",
        "invalid_scope",
        "The app is no longer registered for the scope coupons."
    )]
    [InlineData(
        "grant_types",
        """["client_credentials"]""",
        "unauthorized_client",
        "The app is no longer registered for the grant authorization_code."
    )]
    public async Task The_app_is_told_what_it_may_not_ask_for_any_more(
        string member,
        string value,
        string error,
        string description
    )
    {
        var address = await PushAsync();
        await Browser.GoAsync(address);
        await ToConsentAsync();

        await registration.ChangeAsync((member, JsonNode.Parse(value)));

        await Browser.SubmitAsync(("Pin", TestPartner.Pin));
        AssertTold(Browser);
        using var another = new Browser();
        await another.GoAsync(address);
        AssertTold(another);

        void AssertTold(Browser browser)
        {
            Assert.Equal(TestPartner.RedirectUri.ToString(), browser.Address.GetLeftPart(UriPartial.Path));
            var query = QueryHelpers.ParseQuery(browser.Address.Query);
            Assert.Equal(
                [
                    ("error", error),
                    ("error_description", description),
                    ("iss", client.Issuer),
                    ("state", "state"),
                ],
                query.Select(pair => (pair.Key, pair.Value.ToString())).Order()
            );
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("openid accounts")]
    public async Task Where_the_address_is_the_apps_no_more_a_page_says_why(string? scope)
    {
        var address = await PushAsync();
        await Browser.GoAsync(address);
        await ToConsentAsync();

        await registration.ChangeAsync(
            ("redirect_uris", new JsonArray("https://new.example/callback")),
            ("scope", scope)
        );

        await Browser.SubmitAsync(("Pin", TestPartner.Pin));
        AssertSaid(Browser);
        using var another = new Browser();
        await another.GoAsync(address);
        AssertSaid(another);

        static void AssertSaid(Browser browser)
        {
            Assert.Equal("/bank/error?code=unauthorized_client", browser.Address.PathAndQuery);
            Assert.Contains("registration at the bank has changed", browser.Text());
        }
    }

    private async Task<Uri> PushAsync() =>
        client.AuthorizationUrl((string)(await client.PushAsync()).Json["request_uri"]!);
}
