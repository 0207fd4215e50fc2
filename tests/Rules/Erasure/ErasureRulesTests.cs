using OpenBanking.Server.Accounts;
using OpenBanking.Server.Cases;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Erasure;
using OpenBanking.Server.Outside;

namespace OpenBanking.Tests.Rules.Erasure;

public class ErasureRulesTests
{
    private const string Mobile = "mobile";
    private const string IdNumber = "id number";

    private static readonly CustomerRow customer = Rows.Customer with
    {
        TypeTwoAccounts = 0,
        PinHash = [1, 1, 1],
        PinSalt = [9],
        Passkeys = 1,
    };

    private static readonly CaseRow waiting = new()
    {
        Id = Rows.Id<CaseRow>(1),
        CustomerId = customer.Id,
        Kind = CaseKind.Other,
        State = CaseState.Open,
        Text = Rows.Sealed,
        Language = "en",
        OpenedAt = Rows.Noon,
    };

    private static readonly EraseCustomer erase = new(
        Rows.World,
        Rows.Noon,
        customer,
        customer.PinHash!,
        new([], [], [], [], [], [Mobile]),
        new()
        {
            Id = Rows.Id<SealedIdentityRow>(1),
            CustomerId = customer.Id,
            IdNumberIndex = IdNumber,
            Profile = Rows.Sealed,
            SealedAt = Rows.Noon,
            KeptUntil = new(2036, 1, 1),
        },
        new(Rows.Id<IntentRow>(1), Rows.Sealed, Rows.Noon)
    );

    [Fact]
    public void What_names_the_customer_goes_and_one_copy_is_sealed()
    {
        var bank = NewBank(customer);

        Assert.Equal(PinCheck.Right, bank.Run(erase).Accepted);

        var erased = bank.Get(CustomerTables.Customers, customer.Id);
        Assert.Empty(erased.Profile);
        Assert.Null(erased.PinHash);
        Assert.Equal(1, erased.PasskeyEpoch);
        Assert.NotNull(bank.Get(CustomerTables.Mobiles, new(Mobile)).EndedAt);
        Assert.NotNull(bank.Get(CustomerTables.Identities, new(IdNumber)).EndedAt);
        Assert.Single(bank.All(SealedIdentityTables.Identities));
        Assert.Equal(ErasureRules.Refusals.Overtaken, bank.Run(erase).Rejected.Code);
    }

    [Fact]
    public void Nothing_goes_while_an_account_is_open_or_with_a_wrong_PIN()
    {
        foreach (
            var owner in (CustomerRow[])
                [customer with { TypeTwoAccounts = 1 }, customer with { TypeThreeAccounts = 1 }]
        )
        {
            Assert.Equal(ErasureRules.Refusals.AccountsOpen, NewBank(owner).Run(erase).Rejected.Code);
        }

        var bank = NewBank(customer);
        Assert.Equal(PinCheck.Wrong, bank.Run(erase with { PinHash = [2] }).Declined);
        Assert.Equal(Rows.Sealed, bank.Get(CustomerTables.Customers, customer.Id).Profile);
    }

    [Fact]
    public void What_changed_since_it_was_read_is_read_again()
    {
        var renamed = NewBank(customer with { Profile = [4, 5], Version = 2 });
        Assert.Equal(ErasureRules.Refusals.Overtaken, renamed.Run(erase).Rejected.Code);

        var asked = NewBank(customer with { OpenCases = 1, Version = 2 }).Put(CaseTables.Cases, waiting);
        Assert.Equal(ErasureRules.Refusals.Overtaken, asked.Run(erase).Rejected.Code);

        var all = erase with
        {
            Read = asked.Get(CustomerTables.Customers, customer.Id),
            Things = erase.Things with { Cases = [waiting.Id] },
        };
        Assert.Equal(PinCheck.Right, asked.Run(all).Accepted);
        var closed = asked.Get(CaseTables.Cases, waiting.Id);
        Assert.Equal((CaseState.Closed, 0), (closed.State, closed.Text.Length));
    }

    [Fact]
    public void A_passkey_and_a_name_that_were_made_at_the_same_moment_are_not_left()
    {
        var bank = NewBank(customer with { Passkeys = 2, Version = 2 });
        Assert.Equal(ErasureRules.Refusals.Overtaken, bank.Run(erase).Rejected.Code);

        bank.Put(
            AccountTables.Accounts,
            Rows.Account with
            {
                State = AccountState.Closed,
                Nickname = "日常",
            }
        );
        bank.Run(
            erase with
            {
                Read = bank.Get(CustomerTables.Customers, customer.Id),
                Things = erase.Things with { Accounts = [Rows.Account.Id] },
            }
        );
        Assert.Null(bank.Get(AccountTables.Accounts, Rows.Account.Id).Nickname);
    }

    [Fact]
    public void Whoever_is_erased_opens_no_case_and_finds_nobody_by_the_number()
    {
        var bank = NewBank(customer);
        bank.Run(erase);

        Assert.Equal(
            CaseRules.Refusals.NotNow,
            bank.Run(new OpenCase(Rows.World, Rows.Noon, waiting)).Rejected.Code
        );
        var book = bank.Open(keys => keys.Want(CustomerTables.Mobiles, new(Mobile)));
        Assert.Null(CustomerLookups.OfMobile(book, Mobile));
        CustomerLookups.GiveMobile(book, Mobile, Rows.Id<CustomerRow>(2));
        Assert.Equal(Rows.Id<CustomerRow>(2), CustomerLookups.OfMobile(book, Mobile));
    }

    private static MemoryBank NewBank(CustomerRow row) =>
        new MemoryBank()
            .Put(CustomerTables.Customers, row)
            .Put(CustomerTables.Mobiles, new CustomerMobileRow { MobileIndex = Mobile, CustomerId = row.Id })
            .Put(
                CustomerTables.Identities,
                new CustomerIdentityRow { IdNumberIndex = IdNumber, CustomerId = row.Id }
            );
}
