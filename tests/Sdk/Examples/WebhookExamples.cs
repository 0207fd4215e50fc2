using System.Text;
using OpenBanking.Testing;

namespace OpenBanking.Tests.Sdk.Examples;

internal static class WebhookExamples
{
    public static async Task RunAsync(SandboxBank bank)
    {
        await EndpointsAsync(bank.Client);
        await EventsAsync(bank.Client);
        Verify();
    }

    private static async Task EndpointsAsync(OpenBankingClient client)
    {
        // <WebhookEndpoints_CreateAsync>
        var endpoint = await client.WebhookEndpoints.CreateAsync(
            new CreateWebhookEndpointRequest
            {
                Url = "http://localhost:5070/openbanking/webhooks",
                Events = [EventTypes.PaymentCaptured, EventTypes.PaymentRefunded],
            }
        );
        // endpoint.Secret is shown this once: into the secret store with it.
        // </WebhookEndpoints_CreateAsync>
        Assert.NotNull(endpoint.Secret);

        // <WebhookEndpoints_GetAsync>
        var known = await client.WebhookEndpoints.GetAsync(endpoint.Id);
        Console.WriteLine($"{known.Url}: {known.Status}");
        // </WebhookEndpoints_GetAsync>

        // <WebhookEndpoints_ListAsync>
        await foreach (var each in client.WebhookEndpoints.ListAsync())
        {
            Console.WriteLine($"{each.Id}: {each.Url}");
        }
        // </WebhookEndpoints_ListAsync>

        // <WebhookEndpoints_DeleteAsync>
        await client.WebhookEndpoints.DeleteAsync(endpoint.Id);
        // </WebhookEndpoints_DeleteAsync>
    }

    private static async Task EventsAsync(OpenBankingClient client)
    {
        // <Events_ListAsync>
        await foreach (var happened in client.Events.ListAsync())
        {
            Console.WriteLine($"{happened.CreatedAt} {happened.Type} {happened.Data.PaymentId}");
        }
        // </Events_ListAsync>

        // <Events_ListPageAsync>
        // What came since the last time: keep the cursor of every page, the last one's, too.
        var page = await client.Events.ListPageAsync();
        var newer = await client.Events.ListPageAsync(after: page.NextCursor);
        // </Events_ListPageAsync>
        // On a busy machine something may have come in between.
        Assert.Empty(newer.Data.IntersectBy(page.Data.Select(each => each.Id), each => each.Id));
    }

    private static void Verify()
    {
        var secret = WebhookSigner.CreateSecret();
        var rawBody = Encoding.UTF8.GetBytes(Stub.Samples.Event("evt_1"));
        // <WebhookSigner_Sign>
        // In a test of the webhook endpoint: sign as the bank would.
        var headers = new WebhookSigner(secret).Sign("evt_1", DateTimeOffset.UtcNow, rawBody);
        // </WebhookSigner_Sign>

        // <WebhookVerifier_Verify>
        var verifier = new WebhookVerifier(secret);
        try
        {
            var happened = verifier.Verify(headers, rawBody);
            Console.WriteLine($"{happened.Type}: {happened.Data.OrderNo}");
        }
        catch (WebhookVerificationException refused)
        {
            // Answer 400, and log why.
            Console.WriteLine(refused.Message);
        }
        // </WebhookVerifier_Verify>
    }
}
