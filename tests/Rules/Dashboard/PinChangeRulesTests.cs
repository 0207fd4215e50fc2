using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;

namespace OpenBanking.Tests.Rules.Dashboard;

public class PinChangeRulesTests
{
    private const string IdNumberIndex = "id number";

    private static readonly byte[] present = [1, 1, 1];
    private static readonly NewPin pin = new([5, 5, 5], [6]);

    private static readonly CustomerRow customer = Rows.Customer with
    {
        PinHash = present,
        PinSalt = [9],
        PinFailures = 3,
    };

    private static readonly CustomerSessionRow session = Rows.Session with
    {
        State = SessionState.NumberProven,
    };

    private static readonly BeginPinReset begin = new(
        Rows.World,
        Rows.Noon,
        customer.Id,
        session.Id,
        IdNumberIndex,
        CardIsTheirs: true,
        pin,
        Rows.Id<IntentRow>(1),
        Rows.Sealed,
        Rows.Noon
    );

    private static readonly CompletePinReset complete = new(
        Rows.World,
        Rows.Noon,
        customer.Id,
        session.Id,
        begin.IntentId,
        session.MobileIndex,
        Verified: true,
        OtherSessions: [],
        new(Rows.Id<IntentRow>(2), Rows.Sealed, Rows.Noon)
    );

    [Fact]
    public void The_present_PIN_makes_way_for_another_and_the_customer_is_told()
    {
        var bank = NewBank();

        Assert.Equal(PinCheck.Right, bank.Run(Change(present)).Accepted);

        Assert.Equal(
            (pin.Hash, pin.Salt, 0),
            (Stored(bank).PinHash, Stored(bank).PinSalt, Stored(bank).PinFailures)
        );
        Assert.Equal(IntentKind.SendMessage, bank.All(IntentTables.Intents).Single().Kind);
    }

    [Fact]
    public void A_wrong_present_PIN_is_counted_with_all_others_and_changes_nothing()
    {
        var bank = NewBank();

        Assert.Equal(PinCheck.Wrong, bank.Run(Change([2])).Declined);
        Assert.Equal(PinCheck.Locked, bank.Run(Change([2])).Declined);
        Assert.Equal(PinCheck.Locked, bank.Run(Change(present)).Declined);

        Assert.Equal(present, Stored(bank).PinHash);
        Assert.Empty(bank.All(IntentTables.Intents));
    }

    [Fact]
    public void A_new_PIN_by_the_present_one_forgives_no_wrong_details()
    {
        var bank = NewBank();
        bank.Run(begin with { CardIsTheirs = false });

        bank.Run(Change(present));
        Assert.Equal(1, Stored(bank).ResetFailures);

        bank.Run(begin);
        bank.Run(complete with { Notice = complete.Notice with { IntentId = Rows.Id<IntentRow>(3) } });
        Assert.Equal((0L, null), (Stored(bank).ResetFailures, Stored(bank).ResetFailingSince));
    }

    [Fact]
    public void A_forgotten_PIN_is_another_only_when_the_person_was_verified()
    {
        var bank = NewBank();

        Assert.Equal(PersonCheck.Right, bank.Run(begin).Accepted);
        Assert.Equal((PinResetState.Verifying, present), (Reset(bank).State, Stored(bank).PinHash));
        Assert.Equal(IntentKind.VerifyPinReset, bank.All(IntentTables.Intents).Single().Kind);

        bank.Run(complete);

        Assert.Equal((PinResetState.Done, 0), (Reset(bank).State, Reset(bank).PinHash.Length));
        Assert.Equal(
            (pin.Hash, pin.Salt, 0),
            (Stored(bank).PinHash, Stored(bank).PinSalt, Stored(bank).PinFailures)
        );
        Assert.Single(bank.All(IntentTables.Intents), intent => intent.Kind == IntentKind.SendMessage);
    }

    [Fact]
    public void An_answer_that_comes_twice_counts_once()
    {
        var bank = NewBank();
        bank.Run(begin);
        bank.Run(complete);

        bank.Run(complete with { Verified = false });

        Assert.Equal((PinResetState.Done, 0L), (Reset(bank).State, Stored(bank).ResetFailures));
    }

    [Fact]
    public void Whoever_is_not_verified_keeps_the_PIN_and_may_try_again()
    {
        var bank = NewBank();
        bank.Run(begin);

        bank.Run(complete with { Verified = false });

        Assert.Equal((PinResetState.Refused, 0), (Reset(bank).State, Reset(bank).PinHash.Length));
        Assert.Equal((present, 1L), (Stored(bank).PinHash, Stored(bank).ResetFailures));
        Assert.Equal(PersonCheck.Right, bank.Run(Again(3)).Accepted);
        Assert.Equal(PinResetState.Verifying, Reset(bank).State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_number_that_changed_meanwhile_sets_no_PIN_and_counts_nothing(bool verified)
    {
        var bank = NewBank();
        bank.Run(begin);
        var mobile = bank.Get(CustomerTables.Mobiles, new(session.MobileIndex));
        bank.Put(CustomerTables.Mobiles, mobile with { EndedAt = Rows.Noon });

        bank.Run(complete with { Verified = verified });

        Assert.Equal((PinResetState.Refused, 0), (Reset(bank).State, Reset(bank).PinHash.Length));
        Assert.Equal((present, 0L), (Stored(bank).PinHash, Stored(bank).ResetFailures));
        Assert.DoesNotContain(
            bank.All(IntentTables.Intents),
            intent => intent.Kind == IntentKind.SendMessage
        );
        Assert.Equal(PersonCheck.Right, bank.Run(Again(3)).Accepted);
    }

    [Theory]
    [InlineData(true, 0L)]
    [InlineData(false, 1L)]
    public void A_session_that_was_ended_meanwhile_sets_no_PIN(bool verified, long counted)
    {
        var bank = NewBank();
        bank.Run(begin);
        var other = new NewPin([7, 7, 7], [8]);
        bank.Run(Change(present) with { Pin = other, OtherSessions = [session.Id] });

        bank.Run(
            complete with
            {
                Verified = verified,
                Notice = complete.Notice with { IntentId = Rows.Id<IntentRow>(3) },
            }
        );

        Assert.Equal((PinResetState.Refused, 0), (Reset(bank).State, Reset(bank).PinHash.Length));
        Assert.Equal((other.Hash, counted), (Stored(bank).PinHash, Stored(bank).ResetFailures));
        Assert.Single(bank.All(IntentTables.Intents), intent => intent.Kind == IntentKind.SendMessage);
    }

    [Theory]
    [InlineData(false, IdNumberIndex)]
    [InlineData(true, "of nobody")]
    [InlineData(true, "of another")]
    public void Wrong_details_ask_nobody_and_lock_for_a_day_after_five(
        bool cardIsTheirs,
        string idNumberIndex
    )
    {
        var bank = NewBank();
        var wrong = begin with { CardIsTheirs = cardIsTheirs, IdNumberIndex = idNumberIndex };

        Assert.All(
            Enumerable.Range(0, 4),
            _ => Assert.Equal(PersonCheck.DetailsWrong, bank.Run(wrong).Declined)
        );
        Assert.Equal(PersonCheck.DetailsLocked, bank.Run(wrong).Declined);
        Assert.Equal(PersonCheck.DetailsLocked, bank.Run(begin).Declined);
        Assert.Empty(bank.All(IntentTables.Intents));

        var later = Rows.Noon + DayLock.Lasts;
        Assert.Equal(PersonCheck.Right, bank.Run(begin with { RealNow = later }).Accepted);
    }

    [Theory]
    [InlineData(SessionState.Begun)]
    [InlineData(SessionState.SignedIn)]
    [InlineData(SessionState.Ended)]
    public void Only_a_session_that_waits_for_the_PIN_sets_it_anew(SessionState state)
    {
        var bank = NewBank().Put(SessionTables.Sessions, session with { State = state });

        Assert.Equal(SessionRules.Over, bank.Run(begin).Rejected.Code);
    }

    [Fact]
    public void A_session_of_another_customer_or_one_that_asks_already_sets_none()
    {
        var bank = NewBank();
        bank.Run(begin);
        Assert.Equal(SessionRules.Over, bank.Run(Again(3)).Rejected.Code);

        var other = NewBank()
            .Put(SessionTables.Sessions, session with { CustomerId = Rows.Id<CustomerRow>(2) });
        Assert.Equal(SessionRules.Over, other.Run(begin).Rejected.Code);
    }

    [Fact]
    public void What_was_entered_for_a_PIN_that_is_no_more_is_no_guess_at_the_new_one()
    {
        var bank = NewBank();
        bank.Run(Change(present));

        Assert.Equal(PinChangeRules.PinChanged, bank.Run(Change(present)).Rejected.Code);
        Assert.Equal(0, Stored(bank).PinFailures);
    }

    private static ChangePin Change(byte[] hash) =>
        new(Rows.World, Rows.Noon, customer.Id, new(hash, customer.PinSalt!), pin, [], complete.Notice);

    private static BeginPinReset Again(int intent) => begin with { IntentId = Rows.Id<IntentRow>(intent) };

    private static CustomerRow Stored(MemoryBank bank) => bank.Get(CustomerTables.Customers, customer.Id);

    private static PinResetRow Reset(MemoryBank bank) => bank.Get(PinResetTables.Resets, new(session.Id));

    private static MemoryBank NewBank() =>
        new MemoryBank()
            .Put(CustomerTables.Customers, customer)
            .Put(SessionTables.Sessions, session)
            .Put(
                CustomerTables.Mobiles,
                new CustomerMobileRow { MobileIndex = session.MobileIndex, CustomerId = customer.Id }
            )
            .Put(
                CustomerTables.Identities,
                new() { IdNumberIndex = IdNumberIndex, CustomerId = customer.Id },
                new() { IdNumberIndex = "of another", CustomerId = Rows.Id<CustomerRow>(2) }
            );
}
