using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Events can be read again, with or without an endpoint that wants them.</summary>
public sealed class EventTests(SharedServer shared) : IAsyncLifetime
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(20);

    private TestPartner partner = null!;

    public async ValueTask InitializeAsync() => partner = await shared.NewPartnerAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task An_app_without_an_endpoint_reads_its_events_in_order_and_goes_on_from_its_cursor()
    {
        var customer = await partner.LinkAsync();
        await partner.TopUpAsync(customer, Money.Yuan(100));
        var (first, cursor) = await FollowAsync(null, EventTypes.TopUpSucceeded);
        Assert.Equal(
            [
                EventTypes.AccountActive,
                EventTypes.AccountOpened,
                EventTypes.AccountApplicationCreated,
                EventTypes.AccountApplicationIdentityVerifying,
                EventTypes.AccountApplicationOpened,
                EventTypes.ConsentAuthorized,
                EventTypes.TopUpProcessing,
                EventTypes.TopUpSucceeded,
            ],
            first.Select(happened => happened.Type).Order(StringComparer.Ordinal)
        );

        var payment = await partner.PayAsync(customer, "order-1", Money.Yuan(19.90m));

        var (then, _) = await FollowAsync(cursor, EventTypes.PaymentCaptured);
        Assert.Equal(payment.Id, Assert.Single(then).Data.PaymentId);
        var all = new List<string>();
        await foreach (var happened in partner.Client.Events.ListAsync(pageSize: 2))
        {
            all.Add(happened.Id);
        }

        Assert.Equal(first.Concat(then).Select(happened => happened.Id), all);
    }

    [Fact]
    public async Task Another_app_reads_none_of_them()
    {
        await partner.LinkAsync();
        await FollowAsync(null, EventTypes.ConsentAuthorized);

        foreach (var stranger in new[] { await shared.NewPartnerAsync(), await partner.NewAppAsync() })
        {
            Assert.Empty((await stranger.Client.Events.ListPageAsync()).Data);
        }
    }

    [Theory]
    [InlineData("MQ")]
    [InlineData("MS4yLjM")]
    [InlineData("LTEuMA")]
    [InlineData("!")]
    public async Task A_cursor_that_no_page_gave_is_refused(string after)
    {
        var refused = await Assert.ThrowsAsync<OpenBankingException>(() =>
            partner.Client.Events.ListPageAsync(after)
        );
        Assert.Equal((400, ProblemCodes.InvalidRequest), (refused.Status, refused.Code));
    }

    /// <summary>Follows the cursor until an event of this type was read.</summary>
    private async Task<(IReadOnlyList<WebhookEvent> Events, string? Cursor)> FollowAsync(
        string? cursor,
        string type
    )
    {
        var events = new List<WebhookEvent>();
        var until = DateTimeOffset.UtcNow + patience;
        while (!events.Exists(happened => happened.Type == type))
        {
            Assert.True(DateTimeOffset.UtcNow < until, $"No {type} came.");
            var page = await partner.Client.Events.ListPageAsync(cursor, 2);
            events.AddRange(page.Data);
            cursor = page.NextCursor;
            await Task.Delay(page.HasMore ? 0 : 50);
        }

        return (events, cursor);
    }
}
