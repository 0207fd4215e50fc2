using System.Diagnostics.Metrics;

namespace OpenBanking.Server.Outside;

/// <summary>Shows in figures what of the outside has not been answered for long, as <c>/health</c> does for transfers. They are
/// those of the whole store: every node shows the same, up to a minute old.</summary>
public sealed class OutstandingMetrics : PeriodicWorker
{
    public const string MeterName = "OpenBanking.Server.Outside";

    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly OutstandingTransfers transfers;
    private readonly Meter meter;
    private IReadOnlyDictionary<IntentKind, (int Count, DateTimeOffset Since)> counted =
        new Dictionary<IntentKind, (int, DateTimeOffset)>();

    public OutstandingMetrics(
        OutstandingTransfers transfers,
        IMeterFactory meters,
        TimeProvider time,
        ILogger<OutstandingMetrics> log
    )
        : base(Interval, time, log)
    {
        this.transfers = transfers;
        meter = meters.Create(MeterName);
        meter.CreateObservableGauge(
            "openbanking.outside.outstanding",
            () => Measure(found => found.Count),
            description: "Questions to the outside without an answer for longer than Outside:OutstandingAfter, by kind."
        );
        meter.CreateObservableGauge(
            "openbanking.outside.oldest",
            () => Measure(found => (long)(Time.GetUtcNow() - found.Since).TotalSeconds),
            unit: "s",
            description: "The age of the oldest of them; 0 when there is none."
        );
    }

    protected override Task WorkAsync(CancellationToken stoppingToken) => CountAsync();

    /// <summary>Counts now.</summary>
    public async Task CountAsync() => counted = await transfers.CountAsync();

    /// <summary>Of every kind, so that none goes missing when the last of it is answered.</summary>
    private IEnumerable<Measurement<long>> Measure(Func<(int Count, DateTimeOffset Since), long> read)
    {
        var now = counted;
        return
        [
            .. Enum.GetValues<IntentKind>()
                .Select(kind => new Measurement<long>(
                    now.TryGetValue(kind, out var found) ? read(found) : 0,
                    new KeyValuePair<string, object?>("kind", NameOf(kind))
                )),
        ];
    }

    /// <summary>What operators call it.</summary>
    private static string NameOf(IntentKind kind) =>
        kind switch
        {
            IntentKind.SendMessage => "message",
            IntentKind.VerifyIdentity => "identity_verification",
            IntentKind.DebitCard => "top_up",
            IntentKind.CreditCard => "withdrawal",
            IntentKind.VerifyApplicant => "applicant_verification",
            IntentKind.NotifyCustomer => "payment_notice",
            IntentKind.VerifyPinReset => "pin_reset_verification",
            IntentKind.PayOut => "payout",
            IntentKind.VerifyCard => "card_verification",
            IntentKind.VerifyUpgrade => "upgrade_verification",
            IntentKind.VerifyMobileChange => "mobile_verification",
            IntentKind.VerifyImages => "image_verification",
            IntentKind.SendDeposit => "opening_deposit",
            IntentKind.SendCardDeposit => "card_deposit",
            IntentKind.DebitOwnCard => "own_top_up",
            _ => throw new InvalidOperationException($"Unknown kind {kind}."),
        };
}
