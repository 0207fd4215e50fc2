namespace OpenBanking.Server.Http;

/// <summary>What a route needs of its token; no route of the API is without one.</summary>
/// <param name="OfCustomer">Whether the token acts for a customer, or for the app itself.</param>
/// <param name="Scopes">Any of these scopes is enough.</param>
/// <param name="DetailType">The authorization details the customer's consent must hold.</param>
/// <param name="Action">The action the details must hold.</param>
public sealed record TokenRequirement(
    bool OfCustomer,
    IReadOnlyList<string> Scopes,
    string? DetailType = null,
    string? Action = null
)
{
    public static TokenRequirement App(params string[] scopes) => new(OfCustomer: false, scopes);

    public static TokenRequirement Customer(string scope, string detailType, string? action = null) =>
        new(OfCustomer: true, [scope], detailType, action);
}
