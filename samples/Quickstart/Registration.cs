namespace OpenBanking.Samples.Quickstart;

/// <summary>What a partner does once: gets a sandbox, registers its app with its public key, and says where events are
/// to be posted. The bank never sees the private key.</summary>
public static class Registration
{
    public static async Task<(PartnerCredentials Credentials, string? RequestId)> RegisterAsync(
        PartnerFolder folder,
        Uri authority,
        Uri sampleApp
    )
    {
        var key = folder.ReadOrCreateKey();
        // <register>
        var sandbox = await AppRegistration.SignUpForSandboxAsync(authority, "Harbour Video Ltd");
        var app = await AppRegistration.RegisterAsync(
            authority,
            sandbox.InitialAccessToken,
            new ClientRegistrationRequest
            {
                ClientName = "Harbour Video",
                RedirectUris = [new Uri(sampleApp, "/openbanking/callback").ToString()],
                Jwks = new JsonWebKeySetDocument { Keys = [key.PublicJwk] },
                Scene = "video",
            }
        );
        // </register>
        var client = NewClient(authority, app.ClientId, key);
        var webhooks = await client.WebhookEndpoints.CreateAsync(
            new CreateWebhookEndpointRequest
            {
                Url = new Uri(sampleApp, "/openbanking/webhooks").ToString(),
                Events = [EventTypes.PaymentCaptured, EventTypes.PaymentRefunded],
            }
        );
        var credentials = new PartnerCredentials(
            authority,
            app.ClientId,
            webhooks.Secret!,
            sandbox.MessagesUrl,
            sandbox.PersonsUrl
        );
        folder.Write(credentials);
        return (credentials, app.Response?.RequestId);
    }

    public static OpenBankingClient NewClient(Uri authority, string clientId, ClientKey key) =>
        new(
            new OpenBankingOptions
            {
                Authority = authority,
                ClientId = clientId,
                Key = key,
            }
        );
}
