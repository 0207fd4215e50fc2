using OpenBanking.Server.Customers;

namespace OpenBanking.Server.Sandbox;

/// <summary>What is known of the made-up persons beyond their rows.</summary>
public static class SandboxPersons
{
    /// <summary>A number that each of them has, too, as a family may: it becomes that of the first whom it opens an account
    /// for.</summary>
    public const string SharedNumber = "19920000000";

    private const string Numbers = "1990";
    private const string NewNumbers = "1991";

    /// <summary>What the persons page says becomes of an application with this card, as the name of its text.</summary>
    /// <param name="today">The date in the sandbox.</param>
    /// <param name="minimumAge">From which a person may open an account, in years.</param>
    public static string OutcomeOf(SandboxPerson person, DateOnly today, int minimumAge)
    {
        var seed = SandboxSeed.Default.Persons.FirstOrDefault(known => known.IdNumber == person.IdNumber);
        return seed?.Declined is true ? "PersonDeclined"
            : IdentityNumbers.BirthDateOf(person.IdNumber)?.AddYears(minimumAge) > today ? "PersonTooYoung"
            : person.CardNumber == seed?.UnconfirmedCard?.Number ? "PersonWithUnconfirmedCard"
            : "PersonVerified";
    }

    /// <summary>Each has a second number, to change to: 1991 in the place of 1990.</summary>
    public static bool Have(SandboxPersonRow person, string mobile) =>
        person.Mobile == mobile
        || mobile == SharedNumber
        || (
            mobile.StartsWith(NewNumbers, StringComparison.Ordinal)
            && person.Mobile == Numbers + mobile[NewNumbers.Length..]
        );
}
