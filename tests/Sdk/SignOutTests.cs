using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk;

/// <summary>Ending a link's tokens, and where a customer signs out.</summary>
public sealed class SignOutTests : IAsyncLifetime
{
    private readonly MemoryTokenStore store = new();
    private StubBank bank = null!;
    private OpenBankingClient client = null!;

    public async ValueTask InitializeAsync()
    {
        bank = await StubBank.StartAsync();
        client = await bank.LinkedClientAsync(store, DateTimeOffset.UtcNow.AddMinutes(5));
    }

    public ValueTask DisposeAsync() => bank.DisposeAsync();

    [Fact]
    public async Task The_refresh_token_is_taken_back_and_forgotten()
    {
        var tokens = await store.GetAsync(Samples.Customer);

        Assert.True(await client.AccountLinks.RevokeTokensAsync(Samples.Customer));

        var request = Assert.Single(bank.Of("POST /revoke"));
        Assert.Equal(tokens!.RefreshToken, request.Form["token"]);
        Assert.Equal("refresh_token", request.Form["token_type_hint"]);
        Assert.NotNull(request.Form["client_assertion"]);
        Assert.Null(await store.GetAsync(Samples.Customer));
        Assert.False(await client.AccountLinks.RevokeTokensAsync(Samples.Customer));
        Assert.Single(bank.Of("POST /revoke"));
    }

    [Fact]
    public async Task What_the_bank_did_not_take_back_is_not_forgotten()
    {
        bank.Script("POST /revoke", Answers.Json(401, new { error = "invalid_client" }));

        var refused = await Assert.ThrowsAsync<OpenBankingAuthenticationException>(() =>
            client.AccountLinks.RevokeTokensAsync(Samples.Customer)
        );

        Assert.Equal("invalid_client", refused.Code);
        Assert.NotNull(await store.GetAsync(Samples.Customer));
    }

    [Fact]
    public async Task The_address_to_sign_out_at_names_token_client_and_way_back()
    {
        var address = await client.AccountLinks.SignOutUrlAsync(
            "a.b.c",
            new Uri("https://partner.example/bye?a=b"),
            "s t"
        );

        Assert.Equal(
            bank.Authority
                + $"end-session?id_token_hint=a.b.c&client_id={StubOauth.ClientId}"
                + "&post_logout_redirect_uri=https%3A%2F%2Fpartner.example%2Fbye%3Fa%3Db&state=s%20t",
            address.AbsoluteUri
        );
        await Assert.ThrowsAsync<ArgumentException>(() => client.AccountLinks.SignOutUrlAsync(""));
    }
}
