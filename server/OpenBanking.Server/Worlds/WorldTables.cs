using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Worlds;

/// <summary>A world, kept in the live one so that all can be found.</summary>
public sealed record WorldRow : VersionedRow
{
    public required int Number { get; init; }

    public required string Name { get; init; }

    /// <summary>How far the business clock is ahead of the real one; always zero for the live world.</summary>
    public required long ClockAheadSeconds { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

public readonly record struct WorldKey(int Number);

public static class WorldTables
{
    public static Table<WorldKey, WorldRow> Worlds { get; } = new("world");
}
