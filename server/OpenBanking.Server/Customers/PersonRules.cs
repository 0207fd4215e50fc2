using OpenBanking.Server.Engine;

namespace OpenBanking.Server.Customers;

/// <summary>What became of a PIN and of details that were entered, to show who somebody is.</summary>
public enum PersonCheck
{
    Right,
    PinWrong,
    PinLocked,

    /// <summary>The ID number or the card is not the customer's; which of them is not said.</summary>
    DetailsWrong,

    /// <summary>Wrong details, or refusals of the card's bank, too often: none are looked at for a while.</summary>
    DetailsLocked,
}

/// <summary>How customers show who they are, beyond the PIN: by ID number and bound card. Wrong ones are counted for the customer,
/// wherever they are entered; after five within a day none are looked at until it is over.</summary>
public static class PersonRules
{
    public const int MostFailures = 5;

    /// <summary>Whether an ID number that was entered is the customer's.</summary>
    /// <param name="idNumberIndex">Its blind index.</param>
    public static bool IsIdNumberOf(Book book, string idNumberIndex, Id<CustomerRow> customerId) =>
        CustomerLookups.OfIdNumber(book, idNumberIndex) == customerId;

    /// <summary>Looks at a PIN and then at details; whatever is wrong first is counted.</summary>
    /// <param name="pinHash">The PIN, hashed with the customer's salt.</param>
    /// <param name="form">The form that it was entered in.</param>
    /// <param name="detailsAreTheirs">Whether all details that were entered are the customer's.</param>
    public static PersonCheck Check(
        Book book,
        Id<CustomerRow> customerId,
        byte[] pinHash,
        SentForm? form,
        bool detailsAreTheirs,
        DateTimeOffset now,
        DateTimeOffset realNow
    ) =>
        IsLocked(book, customerId, realNow)
            ? PersonCheck.DetailsLocked
            : PinRules.Check(book, customerId, pinHash, form, now) switch
            {
                PinCheck.Wrong => PersonCheck.PinWrong,
                PinCheck.Locked => PersonCheck.PinLocked,
                _ => Check(book, customerId, detailsAreTheirs, realNow),
            };

    /// <summary>Looks at details alone; wrong ones are counted.</summary>
    public static PersonCheck Check(
        Book book,
        Id<CustomerRow> customerId,
        bool detailsAreTheirs,
        DateTimeOffset realNow
    )
    {
        if (IsLocked(book, customerId, realNow))
        {
            return PersonCheck.DetailsLocked;
        }

        if (detailsAreTheirs)
        {
            return PersonCheck.Right;
        }

        CountWrong(book, customerId, realNow);
        return IsLocked(book, customerId, realNow) ? PersonCheck.DetailsLocked : PersonCheck.DetailsWrong;
    }

    /// <summary>Counts details that turned out to be wrong.</summary>
    public static void CountWrong(Book book, Id<CustomerRow> customerId, DateTimeOffset realNow)
    {
        var customer = book.Get(CustomerTables.Customers, customerId);
        var counted = LockOf(customer).Count(realNow);
        book.Update(
            CustomerTables.Customers,
            customer with
            {
                ResetFailures = counted.Failures,
                ResetFailingSince = counted.Since,
            }
        );
    }

    /// <summary>Whoever was verified is not kept out by wrong details of before.</summary>
    public static void Forgive(Book book, Id<CustomerRow> customerId)
    {
        var customer = book.Get(CustomerTables.Customers, customerId);
        book.Update(CustomerTables.Customers, customer with { ResetFailures = 0, ResetFailingSince = null });
    }

    private static bool IsLocked(Book book, Id<CustomerRow> customerId, DateTimeOffset realNow) =>
        LockOf(book.Get(CustomerTables.Customers, customerId)).IsShut(MostFailures, realNow);

    private static DayLock LockOf(CustomerRow customer) =>
        new(customer.ResetFailures, customer.ResetFailingSince);
}
