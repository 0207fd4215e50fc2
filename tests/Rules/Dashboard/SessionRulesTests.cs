using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;

namespace OpenBanking.Tests.Rules.Dashboard;

public class SessionRulesTests
{
    private static readonly byte[] rightPin = [1, 1, 1];
    private static readonly byte[] wrong = [2, 2, 2];
    private static readonly CustomerRow customer = Rows.Customer with { PinHash = rightPin, PinSalt = [9] };

    private static readonly CustomerSessionRow begun = new()
    {
        Id = Rows.Id<CustomerSessionRow>(1),
        State = SessionState.Begun,
        BrowserHash = "browser",
        Mobile = Rows.Sealed,
        MobileIndex = Rows.OneTimeCode.MobileIndex,
        CodeId = Rows.OneTimeCode.Id,
        ExpiresAt = Rows.Noon + SessionRules.Lifetime,
    };

    private static readonly CustomerSessionRow proven = begun with
    {
        State = SessionState.NumberProven,
        CustomerId = customer.Id,
    };

    private static readonly BeginSession begin = new(
        Rows.World,
        Rows.Noon,
        begun,
        new(
            Rows.OneTimeCode.Id,
            Rows.Intent.Id,
            Rows.OneTimeCode.MobileIndex,
            Rows.OneTimeCode.Mac,
            Rows.Sealed,
            Rows.Noon
        )
    );

    [Fact]
    public void A_session_begins_with_a_code()
    {
        var bank = new MemoryBank();

        bank.Run(begin);

        Assert.Equal(begun, Stored(bank));
        Assert.Single(bank.All(CustomerTables.OneTimeCodes));
        Assert.Single(bank.All(IntentTables.Intents));
    }

    [Fact]
    public void Too_many_codes_begin_no_session()
    {
        var bank = new MemoryBank();
        bank.Run(begin);

        var again = begin with
        {
            Session = begun with { Id = Rows.Id<CustomerSessionRow>(2) },
            Code = begin.Code with { RealNow = Rows.Noon.AddSeconds(1) },
        };

        Assert.Equal("too_many_codes", bank.Run(again).Rejected.Code);
    }

    [Fact]
    public void The_code_alone_shows_whose_the_number_is_and_signs_nobody_in()
    {
        var bank = BankWith(begun);

        Assert.Equal(CodeCheck.Right, bank.Run(Code(Rows.OneTimeCode.Mac)).Accepted);

        Assert.Equal(
            (SessionState.NumberProven, (Id<CustomerRow>?)customer.Id, "after the code"),
            (Stored(bank).State, Stored(bank).CustomerId, Stored(bank).BrowserHash)
        );
    }

    [Fact]
    public void Whoever_is_no_customer_learns_so_only_with_the_code_of_their_number()
    {
        var bank = new MemoryBank()
            .Put(SessionTables.Sessions, begun)
            .Put(CustomerTables.OneTimeCodes, Rows.OneTimeCode);

        Assert.Equal(CodeCheck.Right, bank.Run(Code(Rows.OneTimeCode.Mac)).Accepted);

        Assert.Null(Stored(bank).CustomerId);
    }

    [Fact]
    public void A_wrong_code_is_counted_and_proves_nothing()
    {
        var bank = BankWith(begun);

        Assert.Equal(CodeCheck.Wrong, bank.Run(Code(wrong)).Declined);

        Assert.Equal(begun, Stored(bank));
        Assert.Equal(1, bank.All(CustomerTables.OneTimeCodes).Single().Failures);
    }

    [Theory]
    [InlineData(SessionState.NumberProven)]
    [InlineData(SessionState.SignedIn)]
    [InlineData(SessionState.Ended)]
    public void A_code_is_looked_at_once(SessionState state) =>
        Assert.Equal(
            SessionRules.Over,
            BankWith(begun with { State = state }).Run(Code(Rows.OneTimeCode.Mac)).Rejected.Code
        );

    [Fact]
    public void The_PIN_signs_in_and_gives_the_browser_a_new_secret()
    {
        var bank = BankWith(proven);

        Assert.Equal(PinCheck.Right, bank.Run(Pin(rightPin)).Accepted);

        Assert.Equal(
            (SessionState.SignedIn, "after the PIN"),
            (Stored(bank).State, Stored(bank).BrowserHash)
        );
    }

    [Fact]
    public void A_wrong_PIN_is_counted_and_the_fifth_locks_it()
    {
        var bank = BankWith(proven);

        var checks = Enumerable.Range(0, 5).Select(_ => bank.Run(Pin(wrong)).Declined).ToList();

        Assert.Equal(
            [PinCheck.Wrong, PinCheck.Wrong, PinCheck.Wrong, PinCheck.Wrong, PinCheck.Locked],
            checks
        );
        Assert.Equal(PinCheck.Locked, bank.Run(Pin(rightPin)).Declined);
        Assert.Equal(proven, Stored(bank));
    }

    [Theory]
    [InlineData(SessionState.Begun)]
    [InlineData(SessionState.SignedIn)]
    [InlineData(SessionState.Ended)]
    public void A_PIN_is_looked_at_only_after_the_code(SessionState state) =>
        Assert.Equal(
            SessionRules.Over,
            BankWith(proven with { State = state }).Run(Pin(rightPin)).Rejected.Code
        );

    [Fact]
    public void The_PIN_of_another_customer_opens_nothing() =>
        Assert.Equal(
            SessionRules.Over,
            BankWith(proven with { CustomerId = Rows.Id<CustomerRow>(2) }).Run(Pin(rightPin)).Rejected.Code
        );

    [Fact]
    public void Signing_out_ends_a_session_and_twice_is_once()
    {
        var bank = BankWith(proven with { State = SessionState.SignedIn });
        var end = new EndSession(Rows.World, Rows.Noon, begun.Id);

        bank.Run(end);
        Assert.Equal(SessionState.Ended, Stored(bank).State);

        Assert.Equal(0, bank.Run(end).Written);
    }

    private static EnterSessionCode Code(byte[] mac) =>
        new(Rows.World, Rows.Noon, begun, mac, BrowserHash: "after the code");

    private static EnterSessionPin Pin(byte[] hash) =>
        new(Rows.World, Rows.Noon, begun.Id, customer.Id, hash, BrowserHash: "after the PIN");

    private static CustomerSessionRow Stored(MemoryBank bank) => bank.Get(SessionTables.Sessions, begun.Id);

    private static MemoryBank BankWith(CustomerSessionRow session) =>
        new MemoryBank()
            .Put(SessionTables.Sessions, session)
            .Put(CustomerTables.OneTimeCodes, Rows.OneTimeCode)
            .Put(CustomerTables.Customers, customer)
            .Put(
                CustomerTables.Mobiles,
                new CustomerMobileRow { MobileIndex = Rows.OneTimeCode.MobileIndex, CustomerId = customer.Id }
            );
}
