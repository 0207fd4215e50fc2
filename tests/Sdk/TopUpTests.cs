using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk;

public sealed class TopUpTests : IAsyncLifetime
{
    private const string Route = "GET /v1/top-ups/top_1";
    private readonly FakeClock clock = new();
    private StubBank bank = null!;
    private OpenBankingClient client = null!;

    public async ValueTask InitializeAsync()
    {
        bank = await StubBank.StartAsync(clock);
        client = bank.Client(options => options.TimeProvider = clock);
    }

    public ValueTask DisposeAsync() => bank.DisposeAsync();

    [Fact]
    public async Task Waiting_asks_ever_less_often_until_the_cards_bank_has_answered()
    {
        var processing = Answers.Json(200, Samples.TopUp("processing"));
        bank.Script(
            Route,
            [.. Enumerable.Repeat(processing, 6), Answers.Json(200, Samples.TopUp("succeeded"))]
        );

        var wait = client.TopUps.WaitAsync("top_1");
        var pauses = new List<double>();
        for (var i = 0; i < 6; i++)
        {
            pauses.Add((await clock.SkipWaitAsync()).TotalSeconds);
        }

        Assert.Equal(TopUpStatus.Succeeded, (await wait).Status);
        Assert.Equal([0.5, 1, 2, 4, 5, 5], pauses);
    }

    [Fact]
    public async Task A_failed_top_up_ends_the_wait()
    {
        bank.Script(Route, Answers.Json(200, Samples.TopUp("failed")));

        Assert.Equal(TopUpStatus.Failed, (await client.TopUps.WaitAsync("top_1")).Status);
    }

    [Fact]
    public async Task A_wait_has_an_end()
    {
        bank.Script(Route, Answers.Json(200, Samples.TopUp("processing")));

        var wait = client.TopUps.WaitAsync("top_1", TimeSpan.FromSeconds(2));
        var pauses = new List<double>();
        for (var i = 0; i < 3; i++)
        {
            pauses.Add((await clock.SkipWaitAsync()).TotalSeconds);
        }

        var end = await Assert.ThrowsAsync<OpenBankingException>(() => wait);
        Assert.Equal(ClientErrorCodes.TimedOut, end.Code);
        Assert.Equal([0.5, 1, 0.5], pauses);
        Assert.Equal(4, bank.Of(Route).Count);
    }
}
