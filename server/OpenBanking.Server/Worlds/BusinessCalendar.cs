namespace OpenBanking.Server.Worlds;

/// <summary>Business days and years are those of Asia/Shanghai, which has kept UTC+8 without summer time since
/// 1991.</summary>
public static class BusinessCalendar
{
    private static readonly TimeSpan shanghai = TimeSpan.FromHours(8);

    public static DateOnly DateOf(DateTimeOffset instant) => DateOnly.FromDateTime(LocalOf(instant).DateTime);

    /// <summary>What clocks there show.</summary>
    public static DateTimeOffset LocalOf(DateTimeOffset instant) => instant.ToOffset(shanghai);

    /// <summary>The first moment of a business day.</summary>
    public static DateTimeOffset StartOf(DateOnly date) => new(date.ToDateTime(TimeOnly.MinValue), shanghai);
}
