using OpenBanking.Server.Customers;

namespace OpenBanking.Tests.Rules.Customers;

public class ReleaseRulesTests
{
    private const string Mobile = "mobile";
    private static readonly byte[] withoutMobile = [4, 5, 6];
    private static readonly CustomerMobileRow mobile = new()
    {
        MobileIndex = Mobile,
        CustomerId = Rows.Customer.Id,
    };

    private static readonly ReleaseMobile release = new(
        Rows.World,
        Rows.Noon,
        Rows.Customer,
        Mobile,
        withoutMobile,
        Rows.Noon
    );

    [Fact]
    public void A_number_that_was_released_finds_nobody_and_is_free_for_somebody_else()
    {
        var bank = NewBank(mobile);

        bank.Run(release);

        var customer = bank.Get(CustomerTables.Customers, Rows.Customer.Id);
        Assert.Equal((withoutMobile, Rows.Noon), (customer.Profile, customer.MobileChangedAt));
        var book = bank.Open(keys => keys.Want(CustomerTables.Mobiles, new(Mobile)));
        Assert.Null(CustomerLookups.OfMobile(book, Mobile));
        CustomerLookups.GiveMobile(book, Mobile, Rows.Id<CustomerRow>(2));
        Assert.False(CustomerLookups.IsMobileOf(book, Mobile, Rows.Customer.Id));
        Assert.Equal(ReleaseRules.NotTheirs, bank.Run(release).Rejected.Code);
    }

    [Fact]
    public void A_number_of_somebody_else_stays_and_changed_details_are_read_again()
    {
        var another = NewBank(mobile with { CustomerId = Rows.Id<CustomerRow>(2) });
        Assert.Equal(ReleaseRules.NotTheirs, another.Run(release).Rejected.Code);

        var changed = NewBank(mobile).Put(CustomerTables.Customers, Rows.Customer with { Profile = [7] });
        Assert.Equal(ReleaseRules.CustomerChanged, changed.Run(release).Rejected.Code);
    }

    private static MemoryBank NewBank(CustomerMobileRow row) =>
        new MemoryBank().Put(CustomerTables.Customers, Rows.Customer).Put(CustomerTables.Mobiles, row);
}
