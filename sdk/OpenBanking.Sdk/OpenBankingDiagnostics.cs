namespace OpenBanking;

/// <summary>The names to give to OpenTelemetry: <c>AddSource</c> and <c>AddMeter</c>.</summary>
public static class OpenBankingDiagnostics
{
    /// <summary>The <see cref="System.Diagnostics.ActivitySource"/>: one activity per call, attempts
    /// included.</summary>
    public const string ActivitySourceName = "OpenBanking.Sdk";

    /// <summary>The <see cref="System.Diagnostics.Metrics.Meter"/>: <c>openbanking.client.calls</c>,
    /// <c>openbanking.client.duration</c> (s), <c>openbanking.client.retries</c> and
    /// <c>openbanking.client.token_requests</c>.</summary>
    public const string MeterName = "OpenBanking.Sdk";
}
