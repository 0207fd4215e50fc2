using System.Globalization;
using System.Resources;
using OpenBanking.Server;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.CommandLine;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Pages;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;
using Xunit;

namespace OpenBanking.Tests.Http.Dashboard;

/// <summary>What customers do with their accounts on their own pages, and the bank on its command line.</summary>
public sealed class OwnAccountTests(SharedServer shared) : OwnPageTests(shared)
{
    private World World => new(Partner.SandboxNumber);

    private Store Store => Shared.Server.Get<Store>();

    [Fact]
    public async Task Name_and_limits_are_the_customers_own()
    {
        await ToActAsync("Name");
        await Browser.SubmitAsync(("Nickname", "  For <b>films</b>  "));
        Assert.Contains("For <b>films</b>", Text());
        await FollowAsync("Name");
        await Browser.SubmitAsync(("Nickname", "For\u202Efilms"));
        Assert.Contains("all of them can be seen", Text());
        Assert.Contains("maxlength=\"40\"", Browser.Content);
        await Browser.SubmitAsync(("Nickname", string.Concat(Enumerable.Repeat("\U0001F3AC", 20))));
        Assert.DoesNotContain("all of them can be seen", Text());

        await FollowAsync("Limits");
        await Browser.SubmitAsync(("PaymentLimit", "twenty"), ("DayLimit", "50"));
        Assert.Contains("Enter an amount in yuan", Text());
        await Browser.SubmitAsync(("PaymentLimit", "0"), ("DayLimit", "30"));
        Assert.Contains("A limit must be above nothing", Text());
        foreach (var much in (string[])["10,000.01", "900000000", new('9', 40)])
        {
            await Browser.SubmitAsync(("PaymentLimit", "20"), ("DayLimit", much));
            Assert.Contains("Enter at most ¥10,000.00: the rules allow no more in a day.", Text());
            Assert.DoesNotContain("Enter an amount in yuan", Text());
        }

        await Browser.SubmitAsync(("PaymentLimit", "20.00"), ("DayLimit", "30"));
        Assert.EndsWith(await AccountIdAsync(), Browser.Address.AbsolutePath);

        using var copy = new Browser();
        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);
        await SignInAsync(copy, Person);
        await copy.GoAsync(Own("/data.json"));
        Assert.Matches("payment_limit.*\\s.*\\s.*2000\\s.*\\s.*day_limit.*\\s.*\\s.*3000", copy.Content);

        var declined = await Partner.PayAsync(Customer, "order-1", Money.Yuan(20.01m));
        Assert.Equal(DeclineCodes.AccountPerPaymentLimit, declined.DeclineCode);
        await Partner.PayAsync(Customer, "order-2", Money.Yuan(20));
        declined = await Partner.PayAsync(Customer, "order-3", Money.Yuan(10.01m));
        Assert.Equal(DeclineCodes.AccountDailyLimit, declined.DeclineCode);

        await FollowAsync("Limits");
        await Browser.SubmitAsync(("PaymentLimit", "25"), ("DayLimit", ""));
        Assert.Contains("To raise a limit, enter your payment PIN", Text());
        await Browser.SubmitAsync(("PaymentLimit", "25"), ("DayLimit", ""), ("Pin", "246802"));
        Assert.Contains("That is not your PIN", Text());
        await Browser.SubmitAsync(("PaymentLimit", "25"), ("DayLimit", ""), ("Pin", TestPartner.Pin));
        Assert.Equal(
            PaymentStatus.Captured,
            (await Partner.PayAsync(Customer, "order-4", Money.Yuan(25))).Status
        );
    }

    [Fact]
    public async Task The_limits_page_says_what_is_left_of_the_day_and_of_the_year()
    {
        await Partner.PayAsync(Customer, "order-1", Money.Yuan(19.90m));
        await ToActAsync("Limits");
        Assert.Contains("Today¥9,980.10 of ¥10,000.00", Text());
        Assert.Contains("This year¥199,980.10 of ¥200,000.00", Text());
        Assert.DoesNotContain("Room on it", Text());
        await Browser.SubmitAsync(("PaymentLimit", ""), ("DayLimit", "15"));
        await FollowAsync("Limits");
        // Lowered below what has gone out: nothing is left, and not less.
        Assert.Contains("Today¥0.00 of ¥15.00", Text());
        await FollowAsync("中文");
        Assert.Contains("今天¥0.00 / ¥15.00", Text());
    }

    [Fact]
    public async Task Closing_says_before_the_PIN_why_it_cannot_be()
    {
        await ToActAsync("Close the account");
        var form = Browser.Address;
        Assert.NotNull(Browser.Page.QuerySelector("#Pin"));
        await Partner.Client.Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = "held",
                Amount = Money.Yuan(5),
                AgreementId = Customer.AgreementId!,
                CaptureMethod = CaptureMethod.Manual,
            },
            IdempotencyKey.FromOrder("held", "payment")
        );
        await Browser.GoAsync(form);
        Assert.Contains("Money is held for a payment under way", Text());
        Assert.Null(Browser.Page.QuerySelector("#Pin"));

        await AccountCommands.SetFreezeAsync(Shared.Server.Services, await AccountIdAsync(), frozen: true);
        await Browser.GoAsync(form);
        Assert.Contains("The account is frozen, and cannot be closed", Text());
        Assert.Null(Browser.Page.QuerySelector("#Pin"));
        await FollowAsync("中文");
        Assert.Contains("账户已冻结，解冻之前不能销户", Text());
    }

    [Fact]
    public async Task A_loss_stops_the_account_until_the_bank_lifts_it()
    {
        await ToActAsync("Report a loss");
        var form = Browser.Address;
        Assert.Contains("Only the bank lifts it", Text());
        await Browser.SubmitAsync();
        Assert.Contains("Frozen", Text());
        Assert.Contains("You have reported a loss", Text());
        Assert.Contains("Only the bank lifts it: call us, or come to a branch", Text());
        await MessageAsync(Person, "A loss was reported: nothing goes out of your account ending in");
        var reported = Browser.Address;
        await Browser.GoAsync(form);
        Assert.Equal(reported, Browser.Address);
        Assert.DoesNotContain("Limits", Text());

        var declined = await Partner.PayAsync(Customer, "order-1", Money.Yuan(1));
        Assert.Equal(DeclineCodes.AccountFrozen, declined.DeclineCode);

        var freed = await AccountCommands.SetFreezeAsync(
            Shared.Server.Services,
            await AccountIdAsync(),
            frozen: false
        );
        Assert.Equal(AccountState.Active, freed!.State);
        Assert.Equal(
            PaymentStatus.Captured,
            (await Partner.PayAsync(Customer, "order-2", Money.Yuan(1))).Status
        );
        await EventuallyAsync(async () =>
            (await EventsAsync())
                .Where(type => type.EndsWith("frozen", StringComparison.Ordinal))
                .SequenceEqual([EventTypes.AccountFrozen, EventTypes.AccountUnfrozen])
        );
    }

    [Fact]
    public async Task A_loss_signs_the_customer_out_everywhere_else()
    {
        using var thief = new Browser();
        await SignInAsync(thief, Person);
        await ToActAsync("Report a loss");
        await Browser.SubmitAsync();

        await thief.GoAsync(Own("/data.json"));
        Assert.EndsWith("/my/sign-in", thief.Address.AbsolutePath);
        await Browser.GoAsync(Own());
        Assert.Equal(Own(), Browser.Address);
    }

    [Fact]
    public async Task A_loss_is_reported_while_the_account_is_being_closed_too()
    {
        await LeaveAsync(88_04);
        await ToActAsync("Close the account");
        await Browser.SubmitAsync(("Pin", TestPartner.Pin));
        Assert.Contains("Being closed", Text());
        await FollowAsync("Report a loss");
        await Browser.SubmitAsync();

        var account = await AccountAsync();
        Assert.Equal(
            (AccountState.Frozen, FreezeReasons.LossReport, AccountState.Closing),
            (account.State, account.FrozenFor, account.StateBeneath)
        );
        Assert.DoesNotContain("Report a loss", Text());
    }

    [Fact]
    public async Task Whoever_cannot_close_an_account_as_the_card_takes_nothing_is_told_so()
    {
        await LeaveAsync(88_01);
        await ToActAsync("Close the account");
        await Browser.SubmitAsync(("Pin", TestPartner.Pin));

        var card = Person.CardNumber[^4..];
        await MessageAsync(Person, $"was not closed: ¥88.01 did not go to your card ending in {card}");
        Assert.Equal(
            (AccountState.Active, 88_01),
            ((await AccountAsync()).State, (await AccountAsync()).Available)
        );
        await Browser.GoAsync(Browser.Address);
        Assert.Contains("The account was not closed", Text());

        await Shared
            .Server.Get<SandboxClock>()
            .AdvanceAsync(new(Partner.SandboxNumber), TimeSpan.FromDays(7) + TimeSpan.FromSeconds(1));
        await Browser.GoAsync(Browser.Address);
        Assert.DoesNotContain("The account was not closed", Text());
    }

    /// <summary>What the rules refuse is said in words, and never by its name.</summary>
    [Fact]
    public void Every_refusal_has_words_in_both_languages()
    {
        var codes = new[]
        {
            typeof(OwnAccountRules.Refusals),
            typeof(OwnCardRules.Refusals),
            typeof(CardDepositRules.Refusals),
            typeof(UpgradeRules.Refusals),
            typeof(VerificationRules.Refusals),
            typeof(OpenBanking.Server.Withdrawals.ClosingRules.Refusals),
            typeof(OpenBanking.Server.Withdrawals.OwnWithdrawalRules.Refusals),
            typeof(OpenBanking.Server.Erasure.ErasureRules.Refusals),
        }
            .SelectMany(type => type.GetFields())
            .Select(field => (string)field.GetRawConstantValue()!)
            .Concat(Enum.GetValues<AccountState>().Select(AccountRules.DeclineOf).OfType<string>())
            .Concat([DeclineCodes.AccountBalanceLimit, DeclineCodes.InsufficientFunds])
            .Concat(["details_wrong", "details_locked"])
            .Distinct()
            .ToList();
        var texts = new ResourceManager(typeof(Texts));
        foreach (var language in (CultureInfo[])[CultureInfo.InvariantCulture, new("zh-CN")])
        {
            // Of this language alone: what is missing in the second would be found in the first.
            var own = texts.GetResourceSet(language, createIfNotExists: true, tryParents: false)!;
            Assert.Empty(codes.Where(code => own.GetString($"Own_{code}") is null));
        }
    }

    [Fact]
    public async Task The_banks_freeze_is_for_an_account_that_there_is()
    {
        var frozen = await AccountCommands.SetFreezeAsync(
            Shared.Server.Services,
            await AccountIdAsync(),
            frozen: true
        );

        Assert.Equal((AccountState.Frozen, FreezeReasons.Bank), (frozen!.State, frozen.FrozenFor));
        Assert.EndsWith("frozen for Bank", AccountCommands.Describe(frozen));
        Assert.Null(await AccountCommands.SetFreezeAsync(Shared.Server.Services, "acct_1", frozen: true));
        var status = (
            await Partner.Client.Accounts.GetAsync(Customer.CustomerId, Customer.AccountId!)
        ).Status;
        Assert.Equal(AccountStatus.Frozen, status);
    }

    [Fact]
    public async Task An_account_that_lay_still_for_six_months_sleeps_until_its_customer_wakes_it()
    {
        var longAgo = DateTimeOffset.UtcNow.AddMonths(-6);
        await Shared.Server.Get<Engine>().SubmitAsync(new LieStill(World, longAgo, await AccountAsync()));
        await Shared.Server.Get<Dormancy>().RunOnceAsync();
        Assert.Equal(AccountState.Active, (await AccountAsync()).State);

        // Nothing has ever moved on the account of another.
        Person = (await Partner.PersonsAsync())[1];
        var idle = await Partner.LinkAsync(1);
        var account = await NewestAccountAsync();
        await Shared.Server.Get<Engine>().SubmitAsync(new LieStill(World, longAgo, account));
        await Shared.Server.Get<Dormancy>().RunOnceAsync();
        var declined = await Partner.PayAsync(idle, "order-1", Money.Yuan(1));
        Assert.Equal(DeclineCodes.AccountDormant, declined.DeclineCode);
        await MessageAsync(Person, $"Nothing has moved on your account ending in {account.LastFour}");
        await Shared.Server.Get<Dormancy>().RunOnceAsync();
        Assert.Single(await MessagesAsync(Person), message => message.Text.Contains("Nothing has moved"));

        await ToActAsync("Wake the account");
        await Browser.SubmitAsync(("IdNumber", "123"), ("Pin", TestPartner.Pin));
        Assert.Contains("not a valid resident ID number", Text());
        var other = (await Partner.PersonsAsync())[0].IdNumber;
        await Browser.SubmitAsync(("IdNumber", other), ("Pin", TestPartner.Pin));
        Assert.Contains("not those that we have of you", Text());
        await Browser.SubmitAsync(("IdNumber", Person.IdNumber), ("Pin", TestPartner.Pin));

        Assert.Equal(AccountState.Active, (await NewestAccountAsync()).State);
        await MessageAsync(Person, $"Your account ending in {account.LastFour} was woken");
        await EventuallyAsync(async () =>
            (await EventsAsync())
                .TakeLast(3)
                .SequenceEqual([
                    EventTypes.AccountDormant,
                    EventTypes.PaymentFailed,
                    EventTypes.AccountActive,
                ])
        );
    }

    /// <summary>Nobody has swept: the clock has passed six months in between.</summary>
    [Fact]
    public async Task An_account_that_is_due_sleeps_at_once_wherever_it_is_asked_for()
    {
        var idle = DateTimeOffset.UtcNow.AddMonths(-6);
        var payment = await Partner.PayAsync(Customer, "order-1", Money.Yuan(1));
        await Shared
            .Server.Get<Engine>()
            .SubmitAsync(new LieStill(World, idle, await AccountAsync(), WithMovements: true));
        Assert.Equal(AccountState.Active, (await AccountAsync()).State);

        Assert.Equal(AccountStatus.Dormant, await StatusAsync());
        var declined = await Partner.PayAsync(Customer, "order-3", Money.Yuan(1));
        Assert.Equal(DeclineCodes.AccountDormant, declined.DeclineCode);

        // What comes back still comes, and wakes nobody.
        await Partner.Client.Refunds.CreateAsync(
            new CreateRefundRequest { PaymentId = payment.Id, Amount = Money.Yuan(1) },
            IdempotencyKey.FromOrder("order-1", "refund")
        );
        Assert.Equal(AccountStatus.Dormant, await StatusAsync());

        await ToActAsync("Wake the account");
        await FollowAsync("中文");
        await TapTwiceAsync(null, ("IdNumber", Person.IdNumber), ("Pin", TestPartner.Pin));
        Assert.Equal(AccountStatus.Active, await StatusAsync());
        await MessageAsync(Person, "的电子账户已激活，恢复使用");
        Assert.Single(await MessagesAsync(Person), message => message.Text.Contains("已激活"));
        await EventuallyAsync(async () =>
            (await EventsAsync())
                .Where(type => type.StartsWith("account.", StringComparison.Ordinal))
                .TakeLast(2)
                .SequenceEqual([EventTypes.AccountDormant, EventTypes.AccountActive])
        );
    }

    private async Task<AccountStatus> StatusAsync() =>
        (await Partner.Client.Accounts.GetAsync(Customer.CustomerId, Customer.AccountId!)).Status;

    [Fact]
    public async Task A_closed_account_pays_its_rest_and_later_refunds_to_the_card()
    {
        var payment = await Partner.PayAsync(Customer, "order-1", Money.Yuan(30));
        var before = await CardAsync();
        await ToActAsync("Close the account");
        Assert.Contains("¥70.00 goes to your card", Text());
        Assert.Contains("Test App can do nothing with it any more", Text());
        await Browser.SubmitAsync(("Pin", "1"));
        Assert.Contains("Enter the six digits", Text());
        var form = Browser.Address;
        await Browser.SubmitAsync(("Pin", TestPartner.Pin));
        var account = Browser.Address;
        await Browser.GoAsync(form);
        Assert.Equal(account, Browser.Address);
        await MessageAsync(Person, "is being closed, and what is on it goes to your card ending in");

        await EventuallyAsync(async () => (await AccountAsync()).State == AccountState.Closed);
        Assert.Equal(before + 70_00, await CardAsync());
        await Browser.GoAsync(Browser.Address);
        Assert.Contains("To your card −¥70.00", Text());
        Assert.Contains("Closed", Text());
        var agreement = await Partner.Client.Agreements.GetAsync(Customer.AgreementId!);
        Assert.Equal(ConsentStatus.Revoked, agreement.Status);
        await EventuallyAsync(async () =>
            (await EventsAsync())
                .TakeLast(3)
                .SequenceEqual([
                    EventTypes.AccountClosing,
                    EventTypes.ConsentRevoked,
                    EventTypes.AccountClosed,
                ])
        );

        await Partner.Client.Refunds.CreateAsync(
            new CreateRefundRequest { PaymentId = payment.Id },
            IdempotencyKey.FromOrder("order-1", "refund")
        );
        await EventuallyAsync(async () => await CardAsync() == before + 100_00);
        Assert.Contains("¥30.00", await MessageAsync(Person, "could not take went to your card ending in"));
        Assert.Equal(0, (await AccountAsync()).Available);
        await Browser.GoAsync(account);
        Assert.Matches(
            "¥30.00 that came for this account on .*, and that it could not take, went to your card",
            Text()
        );
        await Browser.GoAsync(Own("/data.json"));
        var copied = System.Text.Json.JsonDocument.Parse(Browser.Content).RootElement.GetProperty("accounts");
        var sent = Assert.Single(copied[0].GetProperty("sent_on_to_cards").EnumerateArray());
        Assert.Equal("succeeded", sent.GetProperty("status").GetString());
        Assert.DoesNotContain(
            await new BooksAudit(Store).FindViolationsAsync(),
            found => found.Rule.Contains("withdrawal") || found.Rule.Contains("closed")
        );

        // The person may open another one.
        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);
        var again = await Partner.LinkAsync();
        Assert.NotEqual(Customer.AccountId, again.AccountId);
        await Partner.TopUpAsync(again, Money.Yuan(10), "top-up-2");
        Assert.Equal(Money.Yuan(10), await Partner.BalanceAsync(again));
    }

    /// <summary>Pays so much that this is left of the 100.00.</summary>
    private async Task LeaveAsync(long amount) =>
        await Partner.PayAsync(Customer, "leaves", new(Money.Renminbi, 100_00 - amount));

    private async Task ToActAsync(string link)
    {
        await SignInAsync();
        await FollowAsync("Type II e-account");
        await FollowAsync(link);
    }

    private async Task<AccountRow> AccountAsync() =>
        (await Store.ListAsync(AccountTables.Accounts, World, $"1 = {1} ORDER BY id LIMIT 1")).Single();

    private async Task<AccountRow> NewestAccountAsync() =>
        (await Store.ListAsync(AccountTables.Accounts, World, $"1 = {1} ORDER BY id DESC LIMIT 1")).Single();

    private async Task<string> AccountIdAsync() => (await AccountAsync()).Id.ToString();

    /// <summary>What is on the person's card.</summary>
    private async Task<long> CardAsync() =>
        (await Store.FindAsync(SandboxTables.Cards, World, new SandboxCardKey(Person.CardNumber)))!.Balance;

    private async Task<List<string>> EventsAsync() =>
        await Partner.Client.Events.ListAsync().Select(happened => happened.Type).ToListAsync();

    private static async Task EventuallyAsync(Func<Task<bool>> holds)
    {
        for (var i = 0; i < 400 && !await holds(); i++)
        {
            await Task.Delay(25);
        }

        Assert.True(await holds());
    }

    /// <summary>Lets it be noted that an account has lain still since then, and no longer.</summary>
    private sealed record LieStill(
        World World,
        DateTimeOffset Now,
        AccountRow Account,
        bool WithMovements = false
    ) : Command<Done>(World, Now)
    {
        public override void Keys(IKeySet keys) => keys.Want(AccountTables.Accounts, Account.Id);

        public override Decision<Done> Decide(Book book)
        {
            var account = book.Get(AccountTables.Accounts, Account.Id);
            book.Update(
                AccountTables.Accounts,
                account with
                {
                    IdleSince = Now,
                    MovedAt = WithMovements ? Now : account.MovedAt,
                }
            );
            return Decision.Accept(new Done());
        }
    }
}
