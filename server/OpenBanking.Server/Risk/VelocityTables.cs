using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Risk;

/// <summary>Whose payments are counted.</summary>
public enum VelocitySubject
{
    Customer = 1,

    /// <summary>A browser or device, as one partner names it.</summary>
    Device = 2,
    Partner = 3,
}

/// <summary>What is counted of them.</summary>
public enum VelocityMeasure
{
    Payments = 1,

    /// <summary>The customer's money, in minor units.</summary>
    Amount = 2,
}

/// <summary>What one subject paid without being asked in one window of time. Only ever added to, so that payments of many
/// customers of a partner do not wait for each other.</summary>
public sealed record VelocityCounterRow
{
    public required VelocitySubject Subject { get; init; }

    /// <summary>The customer's or the partner's id; of a device, what its name was hashed to.</summary>
    public required Guid SubjectId { get; init; }

    public required VelocityMeasure Measure { get; init; }

    public required int WindowSeconds { get; init; }

    public required DateTimeOffset WindowStart { get; init; }

    /// <summary>When nothing asks for it any more.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    public required long Total { get; init; }
}

public readonly record struct VelocityKey(
    VelocitySubject Subject,
    Guid SubjectId,
    VelocityMeasure Measure,
    int WindowSeconds,
    DateTimeOffset WindowStart
);

public static class VelocityTables
{
    public static Table<VelocityKey, VelocityCounterRow> Counters { get; } =
        new(
            "velocity_counter",
            nameof(VelocityCounterRow.Total),
            key =>
                new()
                {
                    Subject = key.Subject,
                    SubjectId = key.SubjectId,
                    Measure = key.Measure,
                    WindowSeconds = key.WindowSeconds,
                    WindowStart = key.WindowStart,
                    ExpiresAt = key.WindowStart.AddSeconds(key.WindowSeconds),
                    Total = 0,
                },
            (counter, amount) => counter with { Total = checked(counter.Total + amount) }
        );
}
