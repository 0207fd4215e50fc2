using OpenBanking.Server;

namespace OpenBanking.Tests.Rules.Settings;

/// <summary>A time that a server cannot go by is refused at the start, by the name of its setting.</summary>
public sealed class TimeSettingTests
{
    private static readonly string[] names =
    [
        "Audit:CheckEvery",
        "Audit:EventsKept",
        "Audit:SignEvery",
        "Audit:SweepEvery",
        "Confirmations:Lasts",
        "Engine:AnswersKept",
        "Engine:ReplyTimeout",
        "Holds:Lasts",
        "Holds:Longest",
        "Outside:Deadline",
        "Outside:Lease",
        "Outside:OutstandingAfter",
        "Risk:Deadline",
    ];

    public static TheoryData<string> Names => [.. names];

    /// <summary>No timer waits that long, and no date lies that far back.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void A_time_has_its_bounds(string name)
    {
        Assert.Contains(name, GivenSettings.RefusalOf($"{name}=10000.00:00:00"));
        Assert.Contains(name, GivenSettings.RefusalOf($"{name}={TimeSpan.MaxValue}"));
        Assert.Contains(name, GivenSettings.RefusalOf($"{name}=-00:00:01"));
    }

    [Fact]
    public void An_answer_is_waited_for_some_minutes_at_the_most()
    {
        GivenSettings.Read("Engine:ReplyTimeout=00:05:00");
        Assert.Equal(
            "Engine:ReplyTimeout must be more than nothing, and at most 00:05:00.",
            GivenSettings.RefusalOf("Engine:ReplyTimeout=00:05:00.001")
        );
    }

    /// <summary>That of another authorization server has its own: it counts only where there is one.</summary>
    [Fact]
    public void There_is_no_other_time() =>
        Assert.Equal(
            names.Append("Authorization:IntrospectionKept").Order(StringComparer.Ordinal),
            typeof(ISettings)
                .Assembly.GetTypes()
                .Where(type => type.IsClass && type.IsAssignableTo(typeof(ISettings)))
                .SelectMany(type =>
                    type.GetProperties()
                        .Where(property => property.PropertyType == typeof(TimeSpan))
                        .Select(property =>
                            $"{type.GetProperty(nameof(ISettings.Section))!.GetValue(null)}:{property.Name}"
                        )
                )
                .Order(StringComparer.Ordinal)
        );

    /// <summary>The framework takes it for days.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void A_number_without_a_unit_is_no_time(string name) =>
        Assert.Equal(
            $"{name} is \"5\"; a time such as 00:00:30, or 7.00:00:00 for seven days, is expected.",
            GivenSettings.RefusalOf($"{name}=5")
        );
}
