using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Sandbox;

/// <summary>A made-up person that identity verification knows.</summary>
public sealed record SandboxPersonRow
{
    public required string IdNumber { get; init; }

    public required string Name { get; init; }

    public required string Mobile { get; init; }
}

public readonly record struct SandboxPersonKey(string IdNumber);

/// <summary>A made-up card at a made-up bank, with what is on it.</summary>
public sealed record SandboxCardRow : VersionedRow
{
    public required string Number { get; init; }

    public required string IdNumber { get; init; }

    public required string Bank { get; init; }

    public required long Balance { get; init; }
}

public readonly record struct SandboxCardKey(string Number);

/// <summary>A message that would have gone to a phone.</summary>
public sealed record SandboxMessageRow
{
    public required Id<Outside.IntentRow> Id { get; init; }

    public required string Mobile { get; init; }

    public required string Text { get; init; }

    public required DateTimeOffset SentAt { get; init; }
}

/// <summary>A transfer the made-up card bank was asked for, by our reference.</summary>
public sealed record SandboxTransferRow
{
    public required Id<Outside.IntentRow> Id { get; init; }

    public required string CardNumber { get; init; }

    public required long Amount { get; init; }

    /// <summary>Null when it went through.</summary>
    public string? DeclineCode { get; init; }
}

public static class SandboxTables
{
    public static Table<SandboxPersonKey, SandboxPersonRow> Persons { get; } = new("sandbox_person");

    public static Table<SandboxCardKey, SandboxCardRow> Cards { get; } = new("sandbox_card");

    public static Table<Id<Outside.IntentRow>, SandboxMessageRow> Messages { get; } = new("sandbox_message");

    public static Table<Id<Outside.IntentRow>, SandboxTransferRow> Transfers { get; } =
        new("sandbox_transfer");
}
