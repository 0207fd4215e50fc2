using OpenBanking.Server.Worlds;

namespace OpenBanking.Tests.Rules.Worlds;

public class BusinessCalendarTests
{
    [Theory]
    [InlineData("2026-06-15T15:59:59.9999999Z", "2026-06-15")]
    [InlineData("2026-06-15T16:00:00Z", "2026-06-16")]
    [InlineData("2026-12-31T15:59:59.9999999Z", "2026-12-31")]
    [InlineData("2026-12-31T16:00:00Z", "2027-01-01")]
    [InlineData("2026-06-15T23:30:00-05:00", "2026-06-16")]
    [InlineData("2026-06-16T00:30:00+09:00", "2026-06-15")]
    [InlineData("2028-02-28T16:00:00Z", "2028-02-29")]
    public void A_business_day_begins_at_midnight_in_Shanghai(string instant, string date) =>
        Assert.Equal(DateOnly.Parse(date), BusinessCalendar.DateOf(DateTimeOffset.Parse(instant)));

    [Fact]
    public void There_is_no_summer_time()
    {
        var shanghai = TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai");
        for (var hour = 0; hour < 366 * 24; hour++)
        {
            var instant = new DateTimeOffset(2026, 1, 1, 0, 30, 0, TimeSpan.Zero).AddHours(hour);
            Assert.Equal(
                DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, shanghai).DateTime),
                BusinessCalendar.DateOf(instant)
            );
        }
    }
}
