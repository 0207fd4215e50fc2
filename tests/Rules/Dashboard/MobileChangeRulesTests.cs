using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;

namespace OpenBanking.Tests.Rules.Dashboard;

public class MobileChangeRulesTests
{
    private const string Old = "old mobile";
    private const string New = "new mobile";

    private static readonly byte[] rightPin = [1, 1, 1];
    private static readonly byte[] changed = [4, 5, 6];
    private static readonly CustomerRow customer = Rows.Customer with { PinHash = rightPin, PinSalt = [9] };

    private static readonly CustomerSessionRow session = Rows.Session with { MobileIndex = Old };

    private static readonly MobileChangeRow change = new()
    {
        SessionId = session.Id,
        CustomerId = customer.Id,
        State = MobileChangeState.CodeSent,
        MobileIndex = New,
        Request = Rows.Sealed,
        CodeId = Rows.Id<OneTimeCodeRow>(2),
        ExpiresAt = session.ExpiresAt,
    };

    private static readonly BeginMobileChange begin = new(
        Rows.World,
        Rows.Noon,
        change,
        rightPin,
        CardIsTheirs: true,
        new(change.CodeId, Rows.Id<IntentRow>(1), New, Rows.OneTimeCode.Mac, Rows.Sealed, Rows.Noon)
    );

    private static readonly EnterMobileChangeCode enter = new(
        Rows.World,
        Rows.Noon,
        change,
        Rows.OneTimeCode.Mac,
        Rows.Id<IntentRow>(2),
        Rows.Sealed,
        Rows.Noon
    );

    private static readonly CompleteMobileChange complete = new(
        Rows.World,
        Rows.Noon,
        change,
        enter.IntentId,
        Old,
        Verified: true,
        customer,
        changed,
        [7],
        [Old],
        [
            new(Rows.Id<IntentRow>(3), Rows.Sealed, Rows.Noon),
            new(Rows.Id<IntentRow>(4), Rows.Sealed, Rows.Noon),
        ],
        Rows.Noon
    );

    [Fact]
    public void A_number_takes_the_place_of_the_old_one_after_details_a_code_and_a_verification()
    {
        var bank = NewBank();
        Assert.Equal(PersonCheck.Right, bank.Run(begin).Accepted);
        Assert.Equal(CodeCheck.Wrong, bank.Run(enter with { Mac = [7, 7, 7] }).Declined);
        Assert.Equal(CodeCheck.Right, bank.Run(enter).Accepted);
        Assert.Equal((MobileChangeState.Verifying, customer.Id), (State(bank), HolderOf(bank, Old)));
        Assert.Equal(SessionRules.Over, bank.Run(begin).Rejected.Code);

        bank.Run(complete);

        Assert.Equal(
            (MobileChangeState.Done, null, (Id<CustomerRow>?)customer.Id),
            (State(bank), HolderOf(bank, Old), HolderOf(bank, New))
        );
        Assert.Equal((changed, Rows.Noon), (Stored(bank).Profile, Stored(bank).MobileChangedAt));
        Assert.Equal(New, bank.Get(SessionTables.Sessions, session.Id).MobileIndex);
        Assert.Equal(
            3,
            bank.All(IntentTables.Intents).Count(intent => intent.Kind == IntentKind.SendMessage)
        );
        var after = bank.Snapshot();
        bank.Run(complete with { Read = Stored(bank), Verified = false });
        Assert.Equal(after, bank.Snapshot());
    }

    [Fact]
    public void Wrong_details_are_counted_and_send_no_code()
    {
        var bank = NewBank();

        Assert.Equal(PersonCheck.PinWrong, bank.Run(begin with { PinHash = [2] }).Declined);
        Assert.Equal(PersonCheck.DetailsWrong, bank.Run(begin with { CardIsTheirs = false }).Declined);

        Assert.Equal((0, 1L), (Stored(bank).PinFailures, Stored(bank).ResetFailures));
        Assert.Empty(bank.All(IntentTables.Intents));
    }

    [Theory]
    [InlineData(SessionState.Begun)]
    [InlineData(SessionState.NumberProven)]
    [InlineData(SessionState.Ended)]
    public void Only_a_session_that_is_signed_in_begins_it(SessionState state)
    {
        var bank = NewBank().Put(SessionTables.Sessions, session with { State = state });

        Assert.Equal(SessionRules.Over, bank.Run(begin).Rejected.Code);
    }

    [Fact]
    public void A_number_that_another_customer_has_or_gets_meanwhile_is_not_taken_from_them()
    {
        var other = Rows.Id<CustomerRow>(2);
        var taken = new CustomerMobileRow { MobileIndex = New, CustomerId = other };
        var before = NewBank().Put(CustomerTables.Mobiles, taken);
        before.Run(begin);
        before.Run(enter);
        Assert.Equal(MobileChangeState.OfAnother, State(before));

        var meanwhile = Verifying();
        meanwhile.Put(CustomerTables.Mobiles, taken);
        meanwhile.Run(complete);
        Assert.Equal(
            (MobileChangeState.OfAnother, (Id<CustomerRow>?)other, (Id<CustomerRow>?)customer.Id),
            (State(meanwhile), HolderOf(meanwhile, New), HolderOf(meanwhile, Old))
        );
    }

    [Fact]
    public void What_the_cards_bank_does_not_confirm_is_counted()
    {
        var bank = Verifying();

        bank.Run(complete with { Verified = false });

        Assert.Equal((MobileChangeState.Refused, 1L), (State(bank), Stored(bank).ResetFailures));
        Assert.Equal(customer.Id, HolderOf(bank, Old));
    }

    [Fact]
    public void A_number_that_was_changed_or_released_meanwhile_ends_the_question()
    {
        var bank = Verifying();
        bank.Put(
            CustomerTables.Mobiles,
            bank.Get(CustomerTables.Mobiles, new(Old)) with
            {
                EndedAt = Rows.Noon,
            }
        );

        bank.Run(complete);

        Assert.Equal((MobileChangeState.Refused, 0L), (State(bank), Stored(bank).ResetFailures));
        Assert.Null(HolderOf(bank, New));
    }

    [Fact]
    public void Details_that_changed_since_they_were_read_are_read_again() =>
        Assert.Equal(
            MobileChangeRules.CustomerChanged,
            Verifying().Run(complete with { Read = customer with { Profile = [8] } }).Rejected.Code
        );

    private static MemoryBank Verifying()
    {
        var bank = NewBank();
        bank.Run(begin);
        bank.Run(enter);
        return bank;
    }

    private static MobileChangeState State(MemoryBank bank) =>
        bank.Get(MobileChangeTables.Changes, new(session.Id)).State;

    private static CustomerRow Stored(MemoryBank bank) => bank.Get(CustomerTables.Customers, customer.Id);

    private static Id<CustomerRow>? HolderOf(MemoryBank bank, string index) =>
        CustomerLookups.OfMobile(bank.Open(keys => keys.Want(CustomerTables.Mobiles, new(index))), index);

    private static MemoryBank NewBank() =>
        new MemoryBank()
            .Put(CustomerTables.Customers, customer)
            .Put(SessionTables.Sessions, session)
            .Put(
                CustomerTables.Mobiles,
                new CustomerMobileRow { MobileIndex = Old, CustomerId = customer.Id }
            );
}
