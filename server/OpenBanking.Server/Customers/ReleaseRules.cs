using OpenBanking.Server.Engine;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Customers;

/// <summary>The bank lets a mobile number go from a customer: the telecom gave it to somebody else.</summary>
/// <param name="Read">The customer as they were when <paramref name="Profile"/> was made of theirs.</param>
/// <param name="Profile">Without the number, sealed.</param>
public sealed record ReleaseMobile(
    World World,
    DateTimeOffset Now,
    CustomerRow Read,
    string MobileIndex,
    byte[] Profile,
    DateTimeOffset RealNow
) : Command<Done>(World, Now)
{
    public override Guid Lane => Read.Id.Value;

    public override Actor Actor => Actor.Bank;

    public override Subject Subject => Subject.Of(Read.Id);

    public override void Keys(IKeySet keys)
    {
        keys.Want(CustomerTables.Customers, Read.Id);
        keys.Want(CustomerTables.Mobiles, new(MobileIndex));
    }

    public override Decision<Done> Decide(Book book) => ReleaseRules.Release(this, book);
}

/// <summary>What becomes of a number that was given to somebody else. From then on it finds nobody: it neither signs in nor takes
/// messages, what was begun with it ends, and a new owner may open an account with it.</summary>
public static class ReleaseRules
{
    /// <summary>What is answered when the number is not the customer's.</summary>
    public const string NotTheirs = "mobile_not_theirs";

    /// <summary>What is answered when the customer's details changed since they were read: read again.</summary>
    public const string CustomerChanged = "customer_changed";

    /// <summary>Refuses: the number is not the customer's; their details changed since they were read.</summary>
    public static Decision<Done> Release(ReleaseMobile command, Book book)
    {
        var customer = book.Get(CustomerTables.Customers, command.Read.Id);
        if (!CustomerLookups.IsMobileOf(book, command.MobileIndex, customer.Id))
        {
            return Decision.Reject(NotTheirs);
        }

        if (!customer.Profile.AsSpan().SequenceEqual(command.Read.Profile))
        {
            return Decision.Reject(CustomerChanged);
        }

        CustomerLookups.EndMobile(book, command.MobileIndex, customer.Id, command.RealNow);
        book.Update(
            CustomerTables.Customers,
            customer with
            {
                Profile = command.Profile,
                MobileChangedAt = command.Now,
            }
        );
        return Decision.Accept(new Done());
    }
}
