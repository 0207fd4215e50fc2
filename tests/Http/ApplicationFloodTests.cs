using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OpenBanking.Server.Applications;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>A partner that floods the bank with applications is told to wait, and nobody else is.</summary>
public sealed class ApplicationFloodTests
{
    private static readonly Applicant applicant = new()
    {
        Name = "李明",
        IdNumber = "110101198001010010",
        Mobile = "13812345678",
        CardNumber = "6222020200112230004",
    };

    [Fact]
    public async Task A_partner_makes_60_applications_in_a_minute_with_all_its_apps_and_then_waits()
    {
        var clock = new ShiftedClock();
        await using var server = await TestServer.StartAsync(builder =>
            builder.Services.AddSingleton<TimeProvider>(clock)
        );
        var partner = await TestPartner.NewAsync(server.Address);
        var first = new Watched(server, partner, clock);
        var second = new Watched(server, await partner.NewAppAsync(), clock);
        var another = new Watched(server, await TestPartner.NewAsync(server.Address), clock);
        var most = server.Get<ApplicationOptions>().MostInMinute;
        Assert.Equal(60, most);
        var known = await first.ApplyAsync("0");
        for (var made = 1; made < most; made++)
        {
            await (made % 2 == 0 ? first : second).ApplyAsync($"{made}");
        }

        foreach (var app in (Watched[])[first, second])
        {
            var refused = await Assert.ThrowsAsync<OpenBankingException>(() => app.ApplyAsync("one-more"));
            Assert.Equal(
                (ProblemCodes.TooManyApplications, (HttpStatusCode?)HttpStatusCode.TooManyRequests),
                (refused.Code, app.Status)
            );
            Assert.Equal(ApplicationRules.Window, app.RetryAfter);
        }

        // What was made is answered as before, others apply as they like, and nothing of a refusal stays.
        Assert.Equal(known.Id, (await first.ApplyAsync("0")).Id);
        await another.ApplyAsync("0");
        Assert.Equal(most / 2, await first.CountAsync());
        Assert.Equal(most / 2, await second.CountAsync());

        clock.Ahead = ApplicationRules.Window;
        await first.ApplyAsync("one-more");
        await second.ApplyAsync("one-more");
    }

    /// <summary>An app whose client tries nothing again, and what it was answered last.</summary>
    private sealed class Watched : DelegatingHandler
    {
        private readonly OpenBankingClient client;

        public Watched(TestServer server, TestPartner app, TimeProvider clock)
            : base(OpenBankingOptions.CreateHttpHandler()) =>
            client = new(
                new OpenBankingOptions
                {
                    Authority = server.Address,
                    ClientId = app.ClientId,
                    Key = app.Key,
                    TimeProvider = clock,
                    HttpHandler = this,
                    MaxRetries = 0,
                }
            );

        public HttpStatusCode? Status { get; private set; }

        public TimeSpan? RetryAfter { get; private set; }

        public Task<AccountApplication> ApplyAsync(string order) =>
            client.AccountApplications.CreateAsync(
                new CreateAccountApplicationRequest { Applicant = applicant },
                IdempotencyKey.FromOrder(order, "open")
            );

        public async Task<int> CountAsync() =>
            (await client.AccountApplications.ListAsync().ToListAsync()).Count;

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            var answer = await base.SendAsync(request, cancellationToken);
            (Status, RetryAfter) = (answer.StatusCode, answer.Headers.RetryAfter?.Delta);
            return answer;
        }
    }
}
