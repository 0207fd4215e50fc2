using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Purposes;

/// <summary>A customer gives their consent to purposes, or withdraws it.</summary>
/// <param name="Choices">One for each purpose that changes.</param>
public sealed record ChoosePurposes(
    World World,
    DateTimeOffset Now,
    Id<CustomerRow> CustomerId,
    IReadOnlyList<PurposeChoiceRow> Choices
) : Command<Done>(World, Now)
{
    public override Guid Lane => CustomerId.Value;

    public override Actor Actor => Actor.Customer(CustomerId);

    public override Subject Subject => Subject.Of(CustomerId);

    public override void Keys(IKeySet keys) => keys.Want(CustomerTables.Customers, CustomerId);

    public override Decision<Done> Decide(Book book) => PurposeRules.Choose(this, book);
}

/// <summary>What a customer's choices come to: the last one for each purpose counts, and only for the text it was made
/// on.</summary>
public sealed record PurposeConsents(IReadOnlyList<PurposeChoiceRow> History)
{
    /// <summary>The choice that counts; null when there was none, which is a no.</summary>
    public PurposeChoiceRow? LastOf(Purpose purpose) =>
        History.LastOrDefault(choice => choice.Purpose == purpose.Name);

    /// <summary>Whether the bank may do it. Whoever makes offers of a customer's behaviour asks this first.</summary>
    public bool Allow(Purpose purpose) =>
        purpose.Necessary
        || (LastOf(purpose) is { Given: true } choice && choice.TextVersion == purpose.Version);

    /// <summary>Whether nothing is made of the customer's behaviour 非个性化.</summary>
    public bool AreNonPersonalised => !Purpose.All.Any(purpose => purpose.Personalises && Allow(purpose));
}

/// <summary>How consents to purposes are given and withdrawn.</summary>
public static class PurposeRules
{
    /// <summary>How many choices are kept of a customer. Withdrawing goes on beyond that.</summary>
    public const int MostKept = 1_000;

    /// <summary>Why a choice was not taken; the pages have the words.</summary>
    public static class Refusals
    {
        public const string Necessary = "purpose_necessary";
        public const string TooMany = "purpose_too_many";
        public const string NotNow = "purpose_not_now";
    }

    /// <summary>Refuses: a purpose that nobody is asked about; a consent beyond as many choices as are kept.</summary>
    public static Decision<Done> Choose(ChoosePurposes command, Book book)
    {
        if (command.Choices.Any(choice => Purpose.Find(choice.Purpose) is not { Necessary: false }))
        {
            return Decision.Reject(Refusals.Necessary);
        }

        var customer = book.Get(CustomerTables.Customers, command.CustomerId);
        if (customer.ErasedAt is not null)
        {
            return Decision.Reject(Refusals.NotNow);
        }

        if (customer.PurposeChoices >= MostKept && command.Choices.Any(choice => choice.Given))
        {
            return Decision.Reject(Refusals.TooMany);
        }

        foreach (var choice in command.Choices)
        {
            book.Insert(PurposeTables.Choices, choice);
        }

        book.Update(
            CustomerTables.Customers,
            customer with
            {
                PurposeChoices = customer.PurposeChoices + command.Choices.Count,
            }
        );
        return Decision.Accept(new Done());
    }
}
