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
}
