using OpenBanking.Server.Sandbox;

namespace OpenBanking.Testing;

/// <summary>A made-up person, and what the bank makes of them.</summary>
/// <param name="Person">Who.</param>
/// <param name="OnTheCard">What is on the card at first.</param>
/// <param name="Refusal">Why no account is opened for them; null when one is.</param>
public sealed record MagicPerson(SandboxPerson Person, Money OnTheCard, string? Refusal = null);

/// <summary>The made-up persons that every sandbox knows, and some that it does not.</summary>
public static class MagicPersons
{
    /// <summary>Those that accounts are opened for.</summary>
    public static IReadOnlyList<MagicPerson> All { get; } =
    [
        .. SandboxSeed.Default.Persons.Select(person => new MagicPerson(
            Describe(person),
            Money.Cny(person.CardBalance)
        )),
    ];

    /// <summary>The one with the least on the card: a larger top-up fails with
    /// <see cref="DeclineCodes.CardInsufficientFunds"/>.</summary>
    public static MagicPerson WithLittleOnTheCard { get; } = All.MinBy(person => person.OnTheCard.Amount)!;

    /// <summary>Gives a name that the ID number is not of: <c>identity_not_verified</c>.</summary>
    public static MagicPerson WithAnotherName { get; } =
        All[0] with
        {
            Person = All[0].Person with { Name = All[1].Person.Name },
            Refusal = "identity_not_verified",
        };

    /// <summary>Gives the card of another: <c>card_not_verified</c>.</summary>
    public static MagicPerson WithAnothersCard { get; } =
        All[1] with
        {
            Person = All[1].Person with { CardNumber = All[2].Person.CardNumber },
            Refusal = "card_not_verified",
        };

    private static SandboxPerson Describe(SandboxSeed.Person person) =>
        new()
        {
            Name = person.Name,
            IdNumber = person.IdNumber,
            Mobile = person.Mobile,
            CardNumber = person.CardNumber,
            CardBank = person.CardBank,
        };
}
