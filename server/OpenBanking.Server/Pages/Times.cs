using System.Globalization;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>Dates and times as customers read them: those of Asia/Shanghai.</summary>
public static class Times
{
    public static string Date(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static string Date(DateTimeOffset instant) => Date(BusinessCalendar.DateOf(instant));

    public static string Full(DateTimeOffset instant) =>
        BusinessCalendar.LocalOf(instant).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
