namespace OpenBanking.Samples.Quickstart;

/// <summary>Who the app is at the bank, and how that came about.</summary>
public sealed record RegistrationOutcome(PartnerCredentials Partner, string Text, string? RequestId);

/// <summary>What a partner does once: gets a sandbox, registers its app with its public key, and says where events are
/// to be posted. The bank never sees the private key.</summary>
public static class Registration
{
    /// <summary>Signs up for a sandbox, and registers the app in it.</summary>
    public static async Task<(PartnerCredentials Credentials, string? RequestId)> RegisterAsync(
        PartnerFolder folder,
        Uri authority,
        Uri sampleApp
    )
    {
        var sandbox = await AppRegistration.SignUpForSandboxAsync(authority, "Harbour Video Ltd");
        return await RegisterAppAsync(
            folder,
            new PartnerCredentials(
                authority,
                sampleApp,
                ClientId: "",
                WebhookSecret: "",
                sandbox.InitialAccessToken,
                sandbox.MessagesUrl,
                sandbox.PersonsUrl
            )
        );
    }

    /// <summary>Registers the app unless the bank knows it: from an earlier start, at the same addresses.</summary>
    public static async Task<RegistrationOutcome> EnsureAsync(
        PartnerFolder folder,
        Uri authority,
        Uri sampleApp
    )
    {
        if (folder.Read() is not { } known)
        {
            return await AnewAsync(folder, authority, sampleApp, "");
        }

        if (known.Authority != authority)
        {
            return await AnewAsync(
                folder,
                authority,
                sampleApp,
                $" in a new sandbox, since the bank moved from {Text(known.Authority)} to {Text(authority)} and is another issuer there"
            );
        }

        try
        {
            return known.SampleApp == sampleApp
                ? await AskWhetherKnownAsync(folder, known)
                : await MoveAsync(folder, known, sampleApp);
        }
        catch (OpenBankingAuthenticationException)
        {
            return await AnewAsync(
                folder,
                authority,
                sampleApp,
                " in a new sandbox, since the bank no longer knows the old one"
            );
        }
    }

    /// <summary>A client of the app.</summary>
    public static OpenBankingClient NewClient(Uri authority, string clientId, ClientKey key) =>
        new(
            new OpenBankingOptions
            {
                Authority = authority,
                ClientId = clientId,
                Key = key,
            }
        );

    /// <summary>An address without the slash at its end.</summary>
    public static string Text(Uri address) => address.GetLeftPart(UriPartial.Authority);

    private static async Task<RegistrationOutcome> AnewAsync(
        PartnerFolder folder,
        Uri authority,
        Uri sampleApp,
        string why
    )
    {
        var (partner, requestId) = await RegisterAsync(folder, authority, sampleApp);
        return new(partner, $"client id {partner.ClientId}{why}", requestId);
    }

    private static async Task<RegistrationOutcome> AskWhetherKnownAsync(
        PartnerFolder folder,
        PartnerCredentials known
    )
    {
        var client = NewClient(known.Authority, known.ClientId, folder.ReadOrCreateKey());
        var endpoint = await client.WebhookEndpoints.ListAsync().FirstAsync();
        return new(known, $"client id {known.ClientId}, known from before", endpoint.Response?.RequestId);
    }

    /// <summary>Other redirect URIs are those of an app registered a second time, in its old sandbox: what changes a registration,
    /// its registration access token, is not kept here.</summary>
    private static async Task<RegistrationOutcome> MoveAsync(
        PartnerFolder folder,
        PartnerCredentials known,
        Uri sampleApp
    )
    {
        var (partner, requestId) = await RegisterAppAsync(folder, known with { SampleApp = sampleApp });
        return new(
            partner,
            $"client id {partner.ClientId}, a new one, since the sample app moved from {Text(known.SampleApp)} to {Text(sampleApp)}",
            requestId
        );
    }

    private static async Task<(PartnerCredentials Credentials, string? RequestId)> RegisterAppAsync(
        PartnerFolder folder,
        PartnerCredentials partner
    )
    {
        var key = folder.ReadOrCreateKey();
        var app = await AppRegistration.RegisterAsync(
            partner.Authority,
            partner.InitialAccessToken,
            new ClientRegistrationRequest
            {
                ClientName = "Harbour Video",
                RedirectUris =
                [
                    new Uri(partner.SampleApp, "/openbanking/callback").ToString(),
                    new Uri(partner.SampleApp, "/orders/confirmed").ToString(),
                ],
                Jwks = new JsonWebKeySetDocument { Keys = [key.PublicJwk] },
                Scene = "video",
                LogoUri = AppLogo.Uri,
            }
        );
        var webhooks = await NewClient(partner.Authority, app.ClientId, key)
            .WebhookEndpoints.CreateAsync(
                new CreateWebhookEndpointRequest
                {
                    Url = new Uri(partner.SampleApp, "/openbanking/webhooks").ToString(),
                    Events = [EventTypes.PaymentCaptured, EventTypes.PaymentRefunded],
                }
            );
        partner = partner with { ClientId = app.ClientId, WebhookSecret = webhooks.Secret! };
        folder.Write(partner);
        return (partner, app.Response?.RequestId);
    }
}
