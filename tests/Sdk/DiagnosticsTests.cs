using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk;

public sealed class DiagnosticsTests
{
    [Fact]
    public async Task One_activity_covers_a_call_with_all_its_attempts()
    {
        await using var bank = await StubBank.StartAsync();
        bank.Script(
            "GET /v1/payments/pay_diagnostics",
            Answers.Problem(503, ProblemCodes.Overloaded, retryAfter: "0"),
            Answers.Payment(Samples.Payment)
        );
        using var parent = new Activity("test").Start();
        var ended = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == OpenBankingDiagnostics.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) =>
                ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => ended.Enqueue(activity),
        };
        ActivitySource.AddActivityListener(listener);

        await bank.Client().Payments.GetAsync("pay_diagnostics");

        var activity = Assert.Single(
            ended,
            activity => activity.TraceId == parent.TraceId && activity.DisplayName == "GET /v1/payments/{id}"
        );
        Assert.Equal(ActivityKind.Client, activity.Kind);
        Assert.Equal(201, activity.GetTagItem("http.response.status_code"));
        Assert.Equal(Answers.RequestId, activity.GetTagItem("openbanking.request_id"));
        Assert.Contains(ended, other => other.DisplayName == "POST /token");
    }

    [Fact]
    public async Task Calls_times_retries_and_token_requests_are_counted()
    {
        await using var bank = await StubBank.StartAsync();
        bank.Script(
            "GET /v1/orders/diagnostics",
            Answers.Problem(503, ProblemCodes.Overloaded, retryAfter: "0"),
            Answers.Problem(404, ProblemCodes.NotFound)
        );
        var counted = new ConcurrentDictionary<string, int>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == OpenBankingDiagnostics.MeterName)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Count(instrument, tags));
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Count(instrument, tags));
        listener.Start();

        await Assert.ThrowsAsync<OpenBankingException>(() => bank.Client().Orders.GetAsync("diagnostics"));

        Assert.Equal(1, counted["openbanking.client.calls /v1/orders/{id} 404 not_found"]);
        Assert.Equal(1, counted["openbanking.client.duration /v1/orders/{id} 404 not_found"]);
        Assert.Equal(1, counted["openbanking.client.retries /v1/orders/{id}  "]);
        bank.Script("POST /v1/payments", Answers.Text(503, "<html>", "text/html"));
        await Assert.ThrowsAsync<PaymentOutcomeUnknownException>(() =>
            bank.Client(options => options.MaxRetries = 0)
                .Payments.CreateAsync(Samples.PaymentRequest, Samples.Key)
        );
        Assert.Equal(1, counted["openbanking.client.calls /v1/payments 503 outcome_unknown"]);
        Assert.Contains(
            counted.Keys,
            key => key.StartsWith("openbanking.client.token_requests", StringComparison.Ordinal)
        );

        void Count(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var values = new Dictionary<string, object?>([.. tags]);
            var key =
                $"{instrument.Name} {values.GetValueOrDefault("url.template")} "
                + $"{values.GetValueOrDefault("http.response.status_code")} "
                + $"{values.GetValueOrDefault("error.type")}";
            counted.AddOrUpdate(key, 1, (_, count) => count + 1);
        }
    }

    /// <summary>An alarm for tokens that are asked for too often reads these values.</summary>
    [Fact]
    public async Task Each_token_that_is_asked_for_counts_once_under_its_grant_however_often_it_is_sent()
    {
        await using var bank = await StubBank.StartAsync();
        var busy = Answers.Problem(503, ProblemCodes.Overloaded, retryAfter: "0");
        bank.Script("POST /token", busy, bank.Oauth.AppToken());
        bank.Script(
            "GET /v1/accounts",
            Answers.Json(200, new { data = Array.Empty<object>(), has_more = false })
        );
        bank.Script("GET /v1/payments/pay_1", Answers.Payment(Samples.Payment));
        var ofThisTest = new AsyncLocal<bool> { Value = true };
        var counted = new ConcurrentDictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "openbanking.client.token_requests")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        // Other tests count in the same instrument.
        listener.SetMeasurementEventCallback<long>(
            (_, value, tags, _) =>
            {
                if (ofThisTest.Value)
                {
                    counted.AddOrUpdate($"{tags[0].Key} {tags[0].Value}", value, (_, sum) => sum + value);
                }
            }
        );
        listener.Start();
        var client = await bank.LinkedClientAsync(new MemoryTokenStore(), DateTimeOffset.UtcNow);

        await client.Accounts.ListAsync(Samples.Customer);
        await client.Accounts.ListAsync(Samples.Customer);
        await client.Payments.GetAsync("pay_1");
        await client.Payments.GetAsync("pay_1");

        Assert.Equal(
            [("grant_type client_credentials", 1), ("grant_type refresh_token", 1)],
            counted.Select(each => (each.Key, each.Value)).Order()
        );
        Assert.Equal(3, bank.Of("POST /token").Count);
    }
}
