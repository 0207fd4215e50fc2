using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk;

public sealed class WebhookInboxTests
{
    private readonly FakeClock clock = new();
    private readonly MemoryWebhookInbox inbox;

    public WebhookInboxTests() => inbox = new MemoryWebhookInbox(clock);

    [Fact]
    public async Task An_event_is_claimed_once_however_many_ask()
    {
        var claims = await Task.WhenAll(
            Enumerable.Range(0, 100).Select(_ => Task.Run(async () => await inbox.TryAddAsync("evt_1")))
        );

        Assert.Single(claims, WebhookClaim.Added);
        Assert.Equal(99, claims.Count(claim => claim == WebhookClaim.InProgress));
    }

    [Fact]
    public async Task A_handled_event_is_a_duplicate_for_five_days()
    {
        await inbox.TryAddAsync("evt_1");
        await inbox.CompleteAsync("evt_1");
        clock.Advance(TimeSpan.FromDays(5));
        Assert.Equal(WebhookClaim.Completed, await inbox.TryAddAsync("evt_1"));

        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(WebhookClaim.Added, await inbox.TryAddAsync("evt_1"));
    }

    [Fact]
    public async Task An_event_whose_handler_failed_is_new_again()
    {
        await inbox.TryAddAsync("evt_1");
        await inbox.RemoveAsync("evt_1");

        Assert.Equal(WebhookClaim.Added, await inbox.TryAddAsync("evt_1"));
    }

    [Fact]
    public async Task A_claim_that_nobody_ended_is_given_again()
    {
        await inbox.TryAddAsync("evt_1");
        clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(WebhookClaim.InProgress, await inbox.TryAddAsync("evt_1"));

        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(WebhookClaim.Added, await inbox.TryAddAsync("evt_1"));
        Assert.Equal(WebhookClaim.InProgress, await inbox.TryAddAsync("evt_1"));
    }
}
