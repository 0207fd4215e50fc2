using OpenBanking.Testing;

namespace OpenBanking.Tests.Sdk.Examples;

internal static class LinkExamples
{
    private static readonly Uri redirectUri = new SandboxBankOptions().RedirectUri;

    public static async Task RunAsync(SandboxBank bank, LinkedCustomer linked)
    {
        await RegisterAsync(bank.Address);
        await EndAsync(bank.Client, linked);
        await LinkAsync(bank);
    }

    private static async Task RegisterAsync(Uri authority)
    {
        // <AppRegistration_SignUpForSandboxAsync>
        var sandbox = await AppRegistration.SignUpForSandboxAsync(authority, "Harbour Video Ltd");
        // </AppRegistration_SignUpForSandboxAsync>

        // <AppRegistration_RegisterAsync>
        var key = ClientKey.CreateEs256();
        var app = await AppRegistration.RegisterAsync(
            authority,
            sandbox.InitialAccessToken,
            new ClientRegistrationRequest
            {
                ClientName = "Harbour Video",
                RedirectUris = ["https://video.example/openbanking/callback"],
                Jwks = new JsonWebKeySetDocument { Keys = [key.PublicJwk] },
            }
        );
        // Keep app.ClientId, and key.ToPem() in the secret store.
        // </AppRegistration_RegisterAsync>
        Assert.StartsWith("app_", app.ClientId);
        await ManageAsync(app, key);
    }

    private static async Task ManageAsync(ClientRegistration app, ClientKey key)
    {
        var (registrationUri, registrationToken) = (
            new Uri(app.RegistrationClientUri!),
            app.RegistrationAccessToken!
        );
        var request = new ClientRegistrationRequest
        {
            ClientName = app.ClientName,
            RedirectUris = app.RedirectUris,
            Jwks = app.Jwks,
        };
        // <AppRegistration_ReadAsync>
        var known = await AppRegistration.ReadAsync(registrationUri, registrationToken);
        Console.WriteLine($"{known.ClientId} has {known.Jwks.Keys.Count} keys");
        // </AppRegistration_ReadAsync>

        // <AppRegistration_ChangeAsync>
        var next = ClientKey.CreateEs256(); // keep next.ToPem() in the secret store
        var changed = await AppRegistration.ChangeAsync(
            registrationUri,
            registrationToken,
            request with
            {
                Jwks = new JsonWebKeySetDocument { Keys = [key.PublicJwk, next.PublicJwk] },
            }
        );
        // Keep changed.RegistrationAccessToken at once.
        // </AppRegistration_ChangeAsync>
        Assert.Equal(2, changed.Jwks.Keys.Count);

        registrationToken = changed.RegistrationAccessToken!;
        // <AppRegistration_DeleteAsync>
        await AppRegistration.DeleteAsync(registrationUri, registrationToken);
        // </AppRegistration_DeleteAsync>
    }

    private static async Task LinkAsync(SandboxBank bank)
    {
        var client = bank.Client;
        // <AccountLinks_StartAsync>
        var link = await client.AccountLinks.StartAsync(
            new AccountLinkRequest
            {
                RedirectUri = redirectUri,
                AuthorizationDetails =
                [
                    new AccountOpening(),
                    new AccountInformation(),
                    new PaymentAgreementTerms
                    {
                        PerPaymentLimit = Money.Yuan(500),
                        DailyLimit = Money.Yuan(2_000),
                        TotalLimit = Money.Yuan(20_000),
                    },
                ],
            }
        );
        // Keep link.Session with the user's own session, and send the browser to link.AuthorizationUrl.
        // </AccountLinks_StartAsync>
        var session = link.Session;
        using var visitor = new BankCustomer(
            MagicPersons.All[2].Person,
            bank.MessagesUrl.ToString(),
            SandboxBank.Pin
        );
        var callback = await visitor.AgreeAsync(link.AuthorizationUrl, redirectUri);
        // <AccountLinks_CompleteAsync>
        try
        {
            var customer = await client.AccountLinks.CompleteAsync(session, callback);
            Console.WriteLine($"Linked: {customer.CustomerId}, {customer.AgreementId}");
        }
        catch (AccountLinkRefusedException refused)
        {
            Console.WriteLine($"The customer said no: {refused.Code}");
        }
        // </AccountLinks_CompleteAsync>
    }

    private static async Task EndAsync(OpenBankingClient client, LinkedCustomer customer)
    {
        // <AccountLinks_SignOutUrlAsync>
        var address = await client.AccountLinks.SignOutUrlAsync(customer.IdToken!);
        // </AccountLinks_SignOutUrlAsync>
        Assert.True(address.IsAbsoluteUri);

        // <Consents_GetAsync>
        var consent = await client.Consents.GetAsync(customer.ConsentId);
        Console.WriteLine($"{consent.Status} until {consent.ExpiresAt}");
        // </Consents_GetAsync>

        // <Consents_ListAsync>
        await foreach (var each in client.Consents.ListAsync())
        {
            Console.WriteLine($"{each.CustomerId}: {each.Status} until {each.ExpiresAt}");
        }
        // </Consents_ListAsync>
        Assert.Contains(await client.Consents.ListAsync().ToListAsync(), each => each.Id == consent.Id);

        // <Consents_NarrowAsync>
        // Only the number of the account is still needed: the agreement ends, too.
        var narrowed = await client.Consents.NarrowAsync(
            customer.ConsentId,
            [new AccountInformation { Actions = [AccountInformation.ReadAccounts] }]
        );
        // </Consents_NarrowAsync>
        Assert.Single(narrowed.AuthorizationDetails);

        // <AccountLinks_RevokeTokensAsync>
        var hadTokens = await client.AccountLinks.RevokeTokensAsync(customer.CustomerId);
        // </AccountLinks_RevokeTokensAsync>
        Assert.True(hadTokens);

        // <Consents_RevokeAsync>
        var ended = await client.Consents.RevokeAsync(customer.ConsentId);
        // </Consents_RevokeAsync>
        Assert.Equal(ConsentStatus.Revoked, ended.Status);
    }
}
