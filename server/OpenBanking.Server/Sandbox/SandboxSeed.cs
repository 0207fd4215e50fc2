using System.Text.Json;

namespace OpenBanking.Server.Sandbox;

/// <summary>What every new sandbox begins with (<c>sandbox.json</c>).</summary>
public sealed record SandboxSeed(IReadOnlyList<SandboxSeed.Person> Persons, SandboxSeed.CampaignSeed Campaign)
{
    private static readonly JsonSerializerOptions options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    public static SandboxSeed Default { get; } = Load();

    /// <param name="Declined">Whether the risk decision is against the person.</param>
    /// <param name="UnconfirmedCard">One of theirs whose bank confirms nothing: a small amount is sent to it.</param>
    public sealed record Person(
        string Name,
        string IdNumber,
        string Mobile,
        string CardNumber,
        string CardBank,
        long CardBalance,
        bool Declined = false,
        CardSeed? SecondCard = null,
        CardSeed? UnconfirmedCard = null
    );

    /// <summary>One more card of a person, with as much on it as on the first.</summary>
    public sealed record CardSeed(string Number, string Bank);

    public sealed record CampaignSeed(string Name, StockSeed Stock, int Days);

    public sealed record StockSeed(
        string NameZh,
        string NameEn,
        long Discount,
        long Threshold,
        long Quantity,
        int PerCustomerLimit,
        int ValidDays
    );

    private static SandboxSeed Load()
    {
        using var file = typeof(SandboxSeed).Assembly.GetManifestResourceStream(
            "OpenBanking.Server.Sandbox.sandbox.json"
        )!;
        return JsonSerializer.Deserialize<SandboxSeed>(file, options)!;
    }
}
