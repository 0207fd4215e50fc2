using OpenBanking.Testing;

namespace OpenBanking.Tests.Sdk.Testing;

/// <summary>The key of an app is replaced while it runs, at the real server.</summary>
public sealed class KeyReplacementTests
{
    [Fact]
    public async Task A_key_is_replaced_beside_the_old_one_and_the_old_one_is_taken_back()
    {
        await using var bank = await SandboxBank.StartAsync();
        var first = ClientKey.CreateEs256();
        var request = new ClientRegistrationRequest
        {
            ClientName = "Example",
            RedirectUris = ["https://partner.example/callback"],
            Jwks = new() { Keys = [first.PublicJwk] },
        };
        var app = await AppRegistration.RegisterAsync(bank.Address, bank.InitialAccessToken, request);
        var place = new Uri(app.RegistrationClientUri!);
        var current = first;
        await NewTokenAsync();

        // <replace_key>
        var next = ClientKey.CreateEs256();
        var both = await AppRegistration.ChangeAsync(
            place,
            app.RegistrationAccessToken!,
            request with
            {
                Jwks = new() { Keys = [first.PublicJwk, next.PublicJwk] },
            }
        );
        current = next; // what options.CurrentKey gives from now on
        // </replace_key>
        await NewTokenAsync();
        var one = await AppRegistration.ChangeAsync(
            place,
            both.RegistrationAccessToken!,
            request with
            {
                Jwks = new() { Keys = [next.PublicJwk] },
            }
        );
        await NewTokenAsync();
        current = first;

        var refusal = await Assert.ThrowsAsync<OpenBankingAuthenticationException>(NewTokenAsync);
        Assert.Equal("invalid_client", refusal.Code);
        Assert.Equal(
            next.PublicJwk.Kid,
            Assert
                .Single((await AppRegistration.ReadAsync(place, one.RegistrationAccessToken!)).Jwks.Keys)
                .Kid
        );
        await AppRegistration.DeleteAsync(place, one.RegistrationAccessToken!);
        await Assert.ThrowsAsync<OpenBankingAuthenticationException>(() =>
            AppRegistration.ReadAsync(place, one.RegistrationAccessToken!)
        );

        // A new client asks for a token at once; one that has run for a while when its own has run out.
        async Task NewTokenAsync()
        {
            var again = new OpenBankingClient(
                new()
                {
                    Authority = bank.Address,
                    ClientId = app.ClientId,
                    CurrentKey = () => current,
                }
            );
            await again.Coupons.ListStocksAsync().FirstAsync();
        }
    }
}
