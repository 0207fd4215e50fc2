namespace OpenBanking.Samples.VideoMembership;

/// <summary>Webhooks are delivered for some days; the bank keeps the events themselves for 30. What came while nobody was there
/// to take it is read from them.</summary>
public static class MissedEvents
{
    public static async Task TakeInAsync(
        OpenBankingClient bank,
        Shop shop,
        ILogger logger,
        CancellationToken cancellationToken
    )
    {
        try
        {
            // <missed_events>
            Page<WebhookEvent> page;
            do
            {
                page = await bank.Events.ListPageAsync(
                    after: shop.EventCursor,
                    cancellationToken: cancellationToken
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
