namespace OpenBanking.Samples.VideoMembership;

/// <summary>Webhooks are delivered for some days; the bank keeps the events themselves for 30. What came while nobody was there
/// to take it is read from them at the start, beside what the app does otherwise.</summary>
public sealed class MissedEvents(OpenBankingClient bank, Shop shop, ILogger<MissedEvents> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            // <missed_events>
            Page<WebhookEvent> page;
            do
            {
                page = await bank.Events.ListPageAsync(
                    after: shop.EventCursor,
                    cancellationToken: stoppingToken
                );
                foreach (var happened in page.Data)
                {
                    shop.Apply(happened); // what the webhook endpoint does with an event, too
                }

                // The last page has a cursor, too: the next start goes on from there.
                shop.EventCursor = page.NextCursor;
            } while (page.HasMore);
            // </missed_events>
        }
        catch (OpenBankingException failure)
        {
            // The webhooks come all the same, and the next start asks again.
            logger.LogWarning(
                "Missed events were not read: {Code}, {Message}",
                failure.Code,
                failure.Message
            );
        }
    }
}
