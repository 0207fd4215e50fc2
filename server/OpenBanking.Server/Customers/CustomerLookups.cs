using OpenBanking.Server.Engine;

namespace OpenBanking.Server.Customers;

/// <summary>Whose a mobile number and an ID number are. What has ended is nobody's, and is deleted soon.</summary>
public static class CustomerLookups
{
    public static Id<CustomerRow>? OfMobile(Book book, string index) =>
        book.Find(CustomerTables.Mobiles, new(index)) is { EndedAt: null } row ? row.CustomerId : null;

    /// <summary>Whether a number still finds the customer. One that was changed or released meanwhile may be somebody
    /// else's.</summary>
    public static bool IsMobileOf(Book book, string index, Id<CustomerRow> customer) =>
        OfMobile(book, index) == customer;

    public static Id<CustomerRow>? OfIdNumber(Book book, string index) =>
        book.Find(CustomerTables.Identities, new(index)) is { EndedAt: null } row ? row.CustomerId : null;

    public static void GiveMobile(Book book, string index, Id<CustomerRow> customer)
    {
        if (book.Find(CustomerTables.Mobiles, new(index)) is { } row)
        {
            book.Update(CustomerTables.Mobiles, row with { CustomerId = customer, EndedAt = null });
        }
        else
        {
            book.Insert(CustomerTables.Mobiles, new() { MobileIndex = index, CustomerId = customer });
        }
    }

    public static void GiveIdNumber(Book book, string index, Id<CustomerRow> customer)
    {
        if (book.Find(CustomerTables.Identities, new(index)) is { } row)
        {
            book.Update(CustomerTables.Identities, row with { CustomerId = customer, EndedAt = null });
        }
        else
        {
            book.Insert(CustomerTables.Identities, new() { IdNumberIndex = index, CustomerId = customer });
        }
    }

    /// <summary>A number takes the place of those that the customer had.</summary>
    public static void TakeMobile(
        Book book,
        string index,
        Id<CustomerRow> customer,
        IReadOnlyList<string> former,
        DateTimeOffset realNow
    )
    {
        foreach (var old in former)
        {
            EndMobile(book, old, customer, realNow);
        }

        GiveMobile(book, index, customer);
    }

    /// <summary>Nothing where it is not the customer's any more.</summary>
    public static void EndMobile(Book book, string index, Id<CustomerRow> customer, DateTimeOffset realNow)
    {
        if (
            book.Find(CustomerTables.Mobiles, new(index)) is { EndedAt: null } row
            && row.CustomerId == customer
        )
        {
            book.Update(CustomerTables.Mobiles, row with { EndedAt = realNow });
        }
    }

    public static void EndIdNumber(Book book, string index, Id<CustomerRow> customer, DateTimeOffset realNow)
    {
        if (
            book.Find(CustomerTables.Identities, new(index)) is { EndedAt: null } row
            && row.CustomerId == customer
        )
        {
            book.Update(CustomerTables.Identities, row with { EndedAt = realNow });
        }
    }
}
