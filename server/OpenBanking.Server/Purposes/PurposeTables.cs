using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Purposes;

/// <summary>That a customer gave or withdrew their consent to a purpose 单独同意. Never changed; an erasure deletes
/// it.</summary>
public sealed record PurposeChoiceRow : IIdentified
{
    public static string IdPrefix => "pch_";

    public required Id<PurposeChoiceRow> Id { get; init; }

    public required Id<CustomerRow> CustomerId { get; init; }

    /// <summary>The <see cref="Purpose.Name"/>.</summary>
    public required string Purpose { get; init; }

    public required bool Given { get; init; }

    /// <summary>The version of the text that the customer had before them.</summary>
    public required int TextVersion { get; init; }

    public required DateTimeOffset ChosenAt { get; init; }
}

public static class PurposeTables
{
    public static Table<Id<PurposeChoiceRow>, PurposeChoiceRow> Choices { get; } = new("purpose_choice");
}
