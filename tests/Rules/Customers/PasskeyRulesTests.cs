using OpenBanking.Server.Accounts;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Partners;

namespace OpenBanking.Tests.Rules.Customers;

public class PasskeyRulesTests
{
    private static readonly byte[] rightPin = [1, 1, 1];

    private static readonly CustomerRow customer = Rows.Customer with
    {
        PinHash = rightPin,
        PinSalt = [9],
        Passkeys = 1,
        PasskeyEpoch = 3,
    };

    private static readonly PasskeyRow passkey = new()
    {
        CustomerId = customer.Id,
        CredentialHash = "credential",
        CredentialId = [1],
        PublicKey = [2],
        SignatureCounter = 5,
        Name = "Phone",
        Epoch = 3,
        CreatedAt = Rows.Noon,
    };

    private static readonly PasskeyAnswer right = new(
        customer.Id,
        passkey.CredentialHash,
        new("challenge", Rows.Noon.AddMinutes(5)),
        Proven: true,
        Counter: 6
    );

    [Fact]
    public void A_right_answer_moves_the_counter_on_and_uses_the_challenge_up()
    {
        var bank = BankWith(passkey with { Failures = 4, FailingSince = Rows.Noon });

        Assert.Equal(PasskeyCheck.Right, bank.Run(SignIn(right)).Accepted);

        Assert.Equal(
            (6L, (DateTimeOffset?)Rows.Noon, 0L),
            (Stored(bank).SignatureCounter, Stored(bank).LastUsedAt, Stored(bank).Failures)
        );
        var session = bank.All(SessionTables.Sessions).Single();
        Assert.Equal(
            (SessionState.NumberProven, (Id<CustomerRow>?)customer.Id),
            (session.State, session.CustomerId)
        );
        Assert.Equal("challenge", bank.All(PasskeyTables.UsedChallenges).Single().Hash);
    }

    [Fact]
    public void A_challenge_is_answered_once_even_when_the_answer_was_wrong()
    {
        var bank = BankWith(passkey);
        bank.Run(SignIn(right with { Proven = false }));

        Assert.Equal(0, Refused(bank, right).Written);
    }

    [Theory]
    [InlineData(5, 5)]
    [InlineData(5, 4)]
    [InlineData(5, 0)]
    [InlineData(1, 0)]
    public void A_counter_that_does_not_go_on_is_noted_and_the_passkey_signs_in_no_more(long before, long now)
    {
        var bank = BankWith(passkey with { SignatureCounter = before });

        Refused(bank, right with { Counter = now });

        Assert.Equal(
            (before, (DateTimeOffset?)Rows.Noon),
            (Stored(bank).SignatureCounter, Stored(bank).CounterFellAt)
        );
        Refused(bank, Anew(right with { Counter = before + 10 }, 1));
    }

    [Fact]
    public void A_device_that_does_not_count_signs_in_again_and_again()
    {
        var bank = BankWith(passkey with { SignatureCounter = 0 });

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(
                PasskeyCheck.Right,
                bank.Run(SignIn(Anew(right with { Counter = 0 }, i), i)).Accepted
            );
        }
    }

    [Fact]
    public void Five_wrong_answers_lock_a_passkey_for_a_day()
    {
        var bank = BankWith(passkey);
        for (var i = 0; i < PasskeyRules.MostFailures; i++)
        {
            Assert.False(PasskeyRules.IsLocked(Stored(bank), Rows.Noon));
            Refused(bank, Anew(right with { Proven = false }, i));
        }

        Refused(bank, Anew(right, 10));
        var tomorrow = SignIn(Anew(right, 11)) with { Now = Rows.Noon + DayLock.Lasts };
        Assert.Equal(PasskeyCheck.Right, bank.Run(tomorrow).Accepted);
    }

    [Fact]
    public void Failures_of_another_day_are_forgotten()
    {
        var bank = BankWith(passkey with { Failures = 4, FailingSince = Rows.Noon.AddDays(-1) });

        Refused(bank, right with { Proven = false });

        Assert.Equal((1L, (DateTimeOffset?)Rows.Noon), (Stored(bank).Failures, Stored(bank).FailingSince));
    }

    [Fact]
    public void What_was_deleted_or_is_of_an_earlier_epoch_or_of_nobody_signs_in_no_more()
    {
        Refused(BankWith(passkey with { EndedAt = Rows.Noon }), right);
        Refused(BankWith(passkey with { Epoch = 2 }), right);
        Refused(BankWith(passkey with { CredentialHash = "another" }), right);
        Refused(BankWith(passkey with { CustomerId = Rows.Id<CustomerRow>(2) }), right);
    }

    [Fact]
    public void A_passkey_is_asked_for_with_the_PIN_and_a_wrong_one_is_counted()
    {
        var bank = BankWith(passkey);

        Assert.Equal(PinCheck.Right, bank.Run(Ask("Tablet", rightPin)).Accepted);
        Assert.Equal(PinCheck.Wrong, bank.Run(Ask("Tablet", [2])).Declined);

        Assert.Equal(1, bank.Get(CustomerTables.Customers, customer.Id).PinFailures);
    }

    [Fact]
    public void Adding_counts_it_and_gives_it_the_epoch_of_its_customer()
    {
        var bank = BankWith(passkey);

        bank.Run(Add("new", 1));

        Assert.Equal(2, bank.Get(CustomerTables.Customers, customer.Id).Passkeys);
        Assert.Equal(3, bank.Get(PasskeyTables.Passkeys, new(customer.Id, "new")).Epoch);
    }

    [Fact]
    public void One_answer_adds_one_passkey_and_none_is_added_twice()
    {
        var bank = BankWith(passkey);
        bank.Run(Add("new", 1));

        Assert.Equal(PasskeyRules.Refusals.NotTaken, bank.Run(Add("other", 1)).Rejected.Code);
        Assert.Equal(PasskeyRules.Refusals.NotTaken, bank.Run(Add("new", 2)).Rejected.Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" a")]
    [InlineData("a\nb")]
    [InlineData("123456789012345678901")]
    public void A_name_that_is_none_is_refused_at_both_steps(string name)
    {
        var bank = BankWith(passkey);

        Assert.Equal(PasskeyRules.Refusals.Name, bank.Run(Ask(name, rightPin)).Rejected.Code);
        Assert.Equal(PasskeyRules.Refusals.Name, bank.Run(Add("new", 1, name)).Rejected.Code);
    }

    [Fact]
    public void There_are_ten_passkeys_at_the_most()
    {
        var bank = BankWith(passkey)
            .Put(CustomerTables.Customers, customer with { Passkeys = PasskeyRules.Most });

        Assert.Equal(PasskeyRules.Refusals.TooMany, bank.Run(Ask("Tablet", rightPin)).Rejected.Code);
        Assert.Equal(PasskeyRules.Refusals.TooMany, bank.Run(Add("new", 1)).Rejected.Code);
    }

    [Fact]
    public void Deleting_makes_room_once()
    {
        var bank = BankWith(passkey);
        var delete = new DeletePasskey(Rows.World, Rows.Noon, customer.Id, passkey.CredentialHash);

        bank.Run(delete);
        Assert.Equal(0, bank.Run(delete).Written);
        Assert.Equal(0, bank.Run(delete with { CredentialHash = "another" }).Written);

        Assert.Equal(0, bank.Get(CustomerTables.Customers, customer.Id).Passkeys);
        Assert.Equal(Rows.Noon, Stored(bank).EndedAt);
    }

    [Fact]
    public void A_reported_loss_ends_all_passkeys_and_no_other_is_added()
    {
        var bank = BankWith(passkey);

        bank.Run(
            new ReportLoss(
                Rows.World,
                Rows.Noon,
                Rows.Account,
                [],
                [],
                new(Rows.Id<IntentRow>(7), Rows.Sealed, Rows.Noon)
            )
        );

        var after = bank.Get(CustomerTables.Customers, customer.Id);
        Assert.Equal((0L, 4L), (after.Passkeys, after.PasskeyEpoch));
        Refused(bank, right);
        Assert.Equal(PasskeyRules.Refusals.LossReported, bank.Run(Ask("Tablet", rightPin)).Rejected.Code);
        Assert.Equal(PasskeyRules.Refusals.LossReported, bank.Run(Add("new", 1)).Rejected.Code);
    }

    [Fact]
    public void On_an_apps_way_a_passkey_signs_in_with_a_new_secret_and_once()
    {
        var interaction = new InteractionRow
        {
            Id = Rows.Id<InteractionRow>(1),
            AppId = Rows.App.Id,
            RequestHash = "request",
            BrowserHash = "before",
            SignedIn = false,
            Completed = false,
            ExpiresAt = Rows.Noon.AddHours(1),
        };
        var bank = BankWith(passkey).Put(AuthorizationTables.Interactions, interaction);
        var enter = new EnterPasskey(
            Rows.World,
            Rows.Noon,
            interaction.Id,
            Rows.Sealed,
            "number",
            right with
            {
                Proven = false,
            },
            "after"
        );

        Assert.Equal(PasskeyCheck.Refused, bank.Run(enter).Declined);
        Assert.False(bank.Get(AuthorizationTables.Interactions, interaction.Id).SignedIn);
        bank.Run(enter with { Answer = Anew(right, 1) });

        var after = bank.Get(AuthorizationTables.Interactions, interaction.Id);
        Assert.Equal(
            (true, (Id<CustomerRow>?)customer.Id, "after", (DateTimeOffset?)Rows.Noon, "number"),
            (after.SignedIn, after.CustomerId, after.BrowserHash, after.SignedInAt, after.MobileIndex)
        );
        Assert.Equal(InteractionRules.Over, bank.Run(enter with { Answer = Anew(right, 2) }).Rejected.Code);
    }

    private static PasskeyAnswer Anew(PasskeyAnswer answer, int number) =>
        answer with
        {
            Challenge = answer.Challenge with { Hash = $"challenge {number}" },
        };

    private static Ran<PasskeyCheck> Refused(MemoryBank bank, PasskeyAnswer answer)
    {
        var ran = bank.Run(SignIn(answer));
        Assert.Equal(PasskeyCheck.Refused, ran.Declined);
        Assert.Empty(bank.All(SessionTables.Sessions));
        return ran;
    }

    private static BeginSessionWithPasskey SignIn(PasskeyAnswer answer, int number = 1) =>
        new(
            Rows.World,
            Rows.Noon,
            new()
            {
                Id = Rows.Id<CustomerSessionRow>(number),
                State = SessionState.NumberProven,
                BrowserHash = "browser",
                Mobile = Rows.Sealed,
                MobileIndex = "number",
                CodeId = default,
                ExpiresAt = Rows.Noon + SessionRules.Lifetime,
            },
            answer
        );

    private static AskForPasskey Ask(string name, byte[] pin) =>
        new(Rows.World, Rows.Noon, customer.Id, name, pin, [Rows.Account.Id]);

    private static AddPasskey Add(string credential, int challenge, string name = "Tablet") =>
        new(
            Rows.World,
            Rows.Noon,
            passkey with
            {
                CredentialHash = credential,
                Name = name,
                Epoch = 0,
            },
            new($"challenge {challenge}", Rows.Noon.AddMinutes(5)),
            [Rows.Account.Id]
        );

    private static PasskeyRow Stored(MemoryBank bank) =>
        bank.Get(PasskeyTables.Passkeys, new(customer.Id, passkey.CredentialHash));

    private static MemoryBank BankWith(PasskeyRow row) =>
        new MemoryBank()
            .Put(CustomerTables.Customers, customer)
            .Put(AccountTables.Accounts, Rows.Account)
            .Put(PasskeyTables.Passkeys, row);
}
