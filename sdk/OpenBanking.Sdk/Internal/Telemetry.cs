using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace OpenBanking.Internal;

/// <summary>The activities and the instruments of the package.</summary>
internal static class Telemetry
{
    private static readonly ActivitySource activities = new(OpenBankingDiagnostics.ActivitySourceName);
    private static readonly Meter meter = new(OpenBankingDiagnostics.MeterName);

    private static readonly Counter<long> calls = meter.CreateCounter<long>(
        "openbanking.client.calls",
        "{call}",
        "Calls that ended, retries not counted."
    );

    private static readonly Histogram<double> duration = meter.CreateHistogram<double>(
        "openbanking.client.duration",
        "s",
        "How long calls took, with all attempts and waits."
    );

    private static readonly Counter<long> retries = meter.CreateCounter<long>(
        "openbanking.client.retries",
        "{retry}",
        "Attempts after the first."
    );

    private static readonly Counter<long> tokenRequests = meter.CreateCounter<long>(
        "openbanking.client.token_requests",
        "{request}",
        "Tokens asked for, by grant."
    );

    public static Activity? Start(Call call)
    {
        if (!activities.HasListeners())
        {
            return null;
        }

        var activity = activities.StartActivity(call.Name, ActivityKind.Client);
        activity?.SetTag("http.request.method", call.Method.Method);
        activity?.SetTag("url.template", call.Route);
        return activity;
    }

    public static void Ended(Call call, TimeSpan elapsed, int? status, string? error)
    {
        if (!calls.Enabled && !duration.Enabled)
        {
            return;
        }

        var tags = Tags(call);
        tags.Add("http.response.status_code", status);
        if (error is not null)
        {
            tags.Add("error.type", error);
        }

        calls.Add(1, tags);
        duration.Record(elapsed.TotalSeconds, tags);
    }

    public static void Retried(Call call) => retries.Add(1, Tags(call));

    public static void TokenRequested(string grant) =>
        tokenRequests.Add(1, new KeyValuePair<string, object?>("grant_type", grant));

    private static TagList Tags(Call call) =>
        new() { { "http.request.method", call.Method.Method }, { "url.template", call.Route } };
}
