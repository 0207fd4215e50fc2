using OpenBanking.Server.Http;

namespace OpenBanking.Server.Payments;

/// <summary>How long money is held before the hold ends by itself.</summary>
public sealed record HoldOptions : ISettings
{
    /// <summary>The section of the settings.</summary>
    public static string Section => "Holds";

    /// <summary>Unless the request says otherwise.</summary>
    public TimeSpan Lasts { get; init; } = TimeSpan.FromDays(7);

    /// <summary>The longest that a request may ask for; 365 days at the most.</summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromDays(30);

    /// <exception cref="WrongSettingException">A setting is out of range.</exception>
    public void Check()
    {
        if (Lasts <= TimeSpan.Zero || Longest < Lasts)
        {
            throw new WrongSettingException(
                "Holds:Lasts must be more than nothing, and no longer than Holds:Longest."
            );
        }

        Settings.RequireTime("Holds:Longest", Longest, TimeSpan.FromDays(365));
    }

    /// <summary>When the hold of a payment ends by itself; null when its money is taken at once.</summary>
    public DateTimeOffset? EndOf(CreatePaymentRequest request, DateTimeOffset now) =>
        request.CaptureMethod == CaptureMethod.Manual
            ? InMicroseconds(request.ExpiresAt?.ToUniversalTime() ?? now + Lasts)
            : null;

    public static ProblemError? CheckMethod(CreatePaymentRequest request) =>
        request.CaptureMethod is { } method
        && method != CaptureMethod.Automatic
        && method != CaptureMethod.Manual
            ? Wire.Wrong("/capture_method", "unknown_value", "automatic or manual is expected.")
            : null;

    public ProblemError? CheckEnd(CreatePaymentRequest request, DateTimeOffset now) =>
        request.ExpiresAt is null ? null
        : request.CaptureMethod != CaptureMethod.Manual
            ? Wire.Wrong("/expires_at", "not_allowed", "Only with capture_method manual.")
        : EndOf(request, now) <= now || EndOf(request, now) > now + Longest
            ? Wire.Wrong(
                "/expires_at",
                "out_of_range",
                $"An instant after now, and at most {Longest.TotalDays:0.##} days away, is expected."
            )
        : null;

    /// <summary>What is stored is what was answered: stores keep microseconds.</summary>
    internal static DateTimeOffset InMicroseconds(DateTimeOffset instant) =>
        instant.AddTicks(-(instant.Ticks % TimeSpan.TicksPerMicrosecond));
}
