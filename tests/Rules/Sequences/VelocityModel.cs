using OpenBanking.Server.Outside;
using OpenBanking.Server.Risk;

namespace OpenBanking.Tests.Rules.Sequences;

/// <summary>How often customers, and how much one partner, are paid without asking: in each hour and each day of UTC.</summary>
internal sealed partial class Model
{
    private const int LimitedApp = 2;
    private const int MostInHour = 3;
    private const long MostInDay = 75_00;

    private readonly List<(ModelAgreement Agreement, DateTimeOffset At, long Amount)> unasked = [];

    /// <summary>The same, as the bank's rules.</summary>
    public static IReadOnlyList<VelocityRule> VelocityOf(int app) =>
        app == LimitedApp ? velocity : [.. velocity.Take(1)];

    private static readonly VelocityRule[] velocity =
    [
        new("hour", VelocitySubject.Customer, 3600, RiskAnswer.Confirm, MostPayments: MostInHour),
        new("day", VelocitySubject.Partner, 86_400, RiskAnswer.Decline, MostAmount: MostInDay),
    ];

    private string? WhyTooRisky(ModelAgreement agreement, long amount, DateTimeOffset now)
    {
        var sameDay = unasked.Where(paid =>
            paid.Agreement.App == agreement.App && paid.At.UtcDateTime.Date == now.UtcDateTime.Date
        );
        var sameHour = unasked.Where(paid =>
            paid.Agreement.Account == agreement.Account && HourOf(paid.At) == HourOf(now)
        );
        return agreement.Confirmed ? null
            : agreement.App == LimitedApp && sameDay.Sum(paid => paid.Amount) + amount > MostInDay
                ? DeclineCodes.RiskDeclined
            : sameHour.Count() == MostInHour ? DeclineCodes.RiskConfirmationRequired
            : null;
    }

    private void CountUnasked(ModelAgreement agreement, long amount, DateTimeOffset now)
    {
        if (!agreement.Confirmed)
        {
            unasked.Add((agreement, now, amount));
        }
    }

    private static (DateTime, int) HourOf(DateTimeOffset instant) =>
        (instant.UtcDateTime.Date, instant.UtcDateTime.Hour);
}
