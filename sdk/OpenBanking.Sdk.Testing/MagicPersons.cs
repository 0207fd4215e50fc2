using OpenBanking.Server.Sandbox;

namespace OpenBanking.Testing;

/// <summary>A made-up person, and what the bank makes of them.</summary>
/// <param name="Person">Who.</param>
/// <param name="OnTheCard">What is on the card at first.</param>
/// <param name="Refusal">Why no account is opened for them; null when one is.</param>
public sealed record MagicPerson(SandboxPerson Person, Money OnTheCard, string? Refusal = null)
{
    /// <summary>The same person with another card of theirs, to bind beside the first, with as much on it; null when there is
    /// none.</summary>
    public SandboxPerson? SecondCard { get; init; }
}

/// <summary>The made-up persons that every sandbox knows, and some that it does not.</summary>
public static class MagicPersons
{
    /// <summary>Younger than the bank opens accounts for: <c>under_minimum_age</c>.</summary>
    public static MagicPerson TooYoung { get; } =
        Of(SandboxSeed.Default.Persons.MaxBy(BornOn)!, ApplicationReasons.UnderMinimumAge);

    /// <summary>The bank wants no business with them: <c>declined_by_bank</c>.</summary>
    public static MagicPerson DeclinedByBank { get; } =
        Of(SandboxSeed.Default.Persons.Single(person => person.Declined), ApplicationReasons.DeclinedByBank);

    /// <summary>Those that accounts are opened for.</summary>
    public static IReadOnlyList<MagicPerson> All { get; } =
    [
        .. SandboxSeed
            .Default.Persons.Select(person => Of(person))
            .Where(magic =>
                magic.Person.IdNumber != TooYoung.Person.IdNumber
                && magic.Person.IdNumber != DeclinedByBank.Person.IdNumber
            ),
    ];

    /// <summary>The one with the least on the card: a larger top-up fails with
    /// <see cref="DeclineCodes.CardInsufficientFunds"/>.</summary>
    public static MagicPerson WithLittleOnTheCard { get; } = All.MinBy(person => person.OnTheCard.Amount)!;

    /// <summary>Gives a name that the ID number is not of: <c>identity_not_verified</c>.</summary>
    public static MagicPerson WithAnotherName { get; } =
        All[0] with
        {
            Person = All[0].Person with { Name = All[1].Person.Name },
            Refusal = ApplicationReasons.IdentityNotVerified,
        };

    /// <summary>Gives the card of another: <c>card_not_verified</c>.</summary>
    public static MagicPerson WithAnothersCard { get; } =
        All[1] with
        {
            Person = All[1].Person with { CardNumber = All[2].Person.CardNumber },
            Refusal = ApplicationReasons.CardNotVerified,
        };

    /// <summary>Gives the number of a family, which becomes that of the first with an account: who applies with it after another
    /// is refused, <c>mobile_of_another_customer</c>.</summary>
    public static MagicPerson WithSharedMobile { get; } =
        All[4] with
        {
            Person = All[4].Person with { Mobile = SandboxPersons.SharedNumber },
            Refusal = ApplicationReasons.MobileOfAnother,
        };

    /// <summary>Gives a card that its bank does not confirm: the application is <c>deposit_pending</c>, and the amount is in the message
    /// box.</summary>
    public static MagicPerson WithUnconfirmedCard { get; } = WithUnconfirmedCardOf(All[2]);

    private static MagicPerson WithUnconfirmedCardOf(MagicPerson magic)
    {
        var card = SandboxSeed
            .Default.Persons.Single(person => person.IdNumber == magic.Person.IdNumber)
            .UnconfirmedCard!;
        return magic with { Person = magic.Person with { CardNumber = card.Number, CardBank = card.Bank } };
    }

    private static MagicPerson Of(SandboxSeed.Person person, string? refusal = null) =>
        new(Describe(person), Money.Cny(person.CardBalance), refusal)
        {
            SecondCard = person.SecondCard is { } card
                ? Describe(person) with
                {
                    CardNumber = card.Number,
                    CardBank = card.Bank,
                }
                : null,
        };

    /// <summary>The day is part of an ID number (GB 11643).</summary>
    private static string BornOn(SandboxSeed.Person person) => person.IdNumber[6..14];

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
