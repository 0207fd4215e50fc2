using System.Net;
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

    /// <summary>What the guide says of it: the change counts, and the app works on with either key.</summary>
    [Fact]
    public async Task A_change_whose_answers_are_all_lost_is_found_out_by_reading()
    {
        await using var bank = await SandboxBank.StartAsync();
        var (first, next) = (ClientKey.CreateEs256(), ClientKey.CreateEs256());
        var request = new ClientRegistrationRequest
        {
            ClientName = "Example",
            RedirectUris = ["https://partner.example/callback"],
            Jwks = new() { Keys = [first.PublicJwk] },
        };
        var app = await AppRegistration.RegisterAsync(bank.Address, bank.InitialAccessToken, request);
        var (place, token) = (new Uri(app.RegistrationClientUri!), app.RegistrationAccessToken!);
        var both = request with { Jwks = new() { Keys = [first.PublicJwk, next.PublicJwk] } };

        using (var neverArrives = new Losing(arrives: false))
        {
            await Assert.ThrowsAsync<OpenBankingException>(() =>
                AppRegistration.ChangeAsync(place, token, both, neverArrives)
            );
        }

        // Its token is as good as before: nothing was changed.
        Assert.Single((await AppRegistration.ReadAsync(place, token)).Jwks.Keys);

        using (var losesAnswers = new Losing(arrives: true))
        {
            var lost = await Assert.ThrowsAnyAsync<OpenBankingException>(() =>
                AppRegistration.ChangeAsync(place, token, both, losesAnswers)
            );
            Assert.Equal(ClientErrorCodes.ConnectionLost, lost.Code);
        }

        var ended = await Assert.ThrowsAsync<OpenBankingAuthenticationException>(() =>
            AppRegistration.ReadAsync(place, token)
        );
        Assert.Equal(HttpStatusCode.Unauthorized, (HttpStatusCode)ended.Status!);
        foreach (var key in new[] { first, next })
        {
            var client = new OpenBankingClient(
                new()
                {
                    Authority = bank.Address,
                    ClientId = app.ClientId,
                    Key = key,
                }
            );
            await client.Coupons.ListStocksAsync().FirstAsync();
        }
    }

    /// <summary>Loses the requests, or their answers.</summary>
    private sealed class Losing(bool arrives) : DelegatingHandler(OpenBankingOptions.CreateHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            if (arrives)
            {
                using var answer = await base.SendAsync(request, cancellationToken);
            }

            throw new HttpRequestException(HttpRequestError.ResponseEnded);
        }
    }
}
