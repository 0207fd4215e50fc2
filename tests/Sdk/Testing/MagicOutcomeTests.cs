using System.Diagnostics.Metrics;
using OpenBanking.Testing;

namespace OpenBanking.Tests.Sdk.Testing;

/// <summary>Every code of the catalogues has a row that says how a test brings it about, and what the row says is so.</summary>
public sealed class MagicOutcomeTests(MagicOutcomeTests.Bank shared) : IClassFixture<MagicOutcomeTests.Bank>
{
    private readonly SandboxBank bank = shared.Sandbox;

    [Fact]
    public void Every_code_of_the_catalogues_has_its_row()
    {
        Assert.Equal(DeclineCodes.Catalogue.Select(entry => entry.Code), CodesOf(MagicOutcomes.Declines));
        Assert.Equal(
            PayoutDeclineCodes.Catalogue.Select(entry => entry.Code),
            CodesOf(MagicOutcomes.Payouts)
        );
        Assert.Equal(
            ApplicationReasons.Catalogue.Select(entry => entry.Code),
            CodesOf(MagicOutcomes.Openings)
        );

        static IEnumerable<string> CodesOf(IEnumerable<MagicOutcome> rows) => rows.Select(row => row.Code);
    }

    /// <summary>What a customer does on the bank's pages, which the tests of those pages walk.</summary>
    private static readonly string[] onPages =
    [
        ApplicationReasons.ImagesNotVerified,
        ApplicationReasons.MobileChanged,
    ];

    [Fact]
    public async Task Payments_and_top_ups_are_declined_as_the_rows_say()
    {
        var wide = await bank.LinkCustomerAsync(balance: Money.Yuan(100));
        var narrow = await bank.LinkCustomerAsync(
            MagicPersons.All[1].Person,
            details:
            [
                new AccountOpening(),
                Terms(perPayment: 50, daily: 60, monthly: 70, total: 75) with
                {
                    Scenes = [Scenes.Other],
                },
            ],
            balance: Money.Yuan(50)
        );
        var small = await bank.LinkCustomerAsync(
            MagicPersons.All[2].Person,
            details:
            [
                new AccountOpening { AccountType = AccountType.TypeThree },
                Terms(100_000, 100_000, 100_000, 100_000),
            ]
        );
        var other = await bank.LinkCustomerAsync(MagicPersons.All[4].Person, balance: Money.Yuan(1_000));
        var strangers = await IssueAsync(wide);

        foreach (var row in MagicOutcomes.Declines)
        {
            var code = await DeclineAsync(row.Code) ?? await DeclineOtherAsync(row.Code, other, strangers);
            Assert.Equal((row.Code, row.Code), (row.Code, code));
        }

        async Task<string?> DeclineAsync(string code)
        {
            switch (code)
            {
                case DeclineCodes.InsufficientFunds:
                    return await PayAsync(wide, 100.01m);
                case DeclineCodes.AccountNotActive:
                    return await InAsync(wide, AccountStatus.PendingActivation);
                case DeclineCodes.AccountFrozen:
                    return await InAsync(wide, AccountStatus.Frozen);
                case DeclineCodes.AccountDormant:
                    return await InAsync(wide, AccountStatus.Dormant);
                case DeclineCodes.AccountClosed:
                    return await InAsync(wide, AccountStatus.Closing);
                case DeclineCodes.AccountPerPaymentLimit:
                    await bank.Customers.SetLimitsAsync(wide, perPayment: Money.Yuan(50));
                    var atOnce = await PayAsync(wide, 50.01m);
                    await bank.Customers.SetLimitsAsync(wide);
                    return atOnce;
                case DeclineCodes.AccountDailyLimit:
                    return await PayAsync(wide, 10_000.01m);
                case DeclineCodes.AccountYearlyLimit:
                    await bank.Customers.UseUpYearAsync(wide);
                    return await PayAsync(wide, 0.01m);
                case DeclineCodes.AccountBalanceLimit:
                    return (await bank.TopUpAsync(small, Money.Yuan(2_000.01m))).DeclineCode;
                case DeclineCodes.AgreementPerPaymentLimit:
                    return await PayAsync(narrow, 50.01m);
                case DeclineCodes.AgreementDailyLimit:
                    await LeaveMonthsEndAsync();
                    Assert.Null(await PayAsync(narrow, 30));
                    return await PayAsync(narrow, 30.01m);
                case DeclineCodes.AgreementMonthlyLimit:
                    await bank.Clock.AdvanceAsync(TimeSpan.FromDays(1));
                    return await PayAsync(narrow, 40.01m);
                case DeclineCodes.AgreementTotalLimit:
                    await bank.Clock.AdvanceAsync(TimeSpan.FromDays(31));
                    return await PayAsync(narrow, 45.01m);
                case DeclineCodes.AgreementSceneNotCovered:
                    return await PayInAsync(narrow, Scenes.Video);
                default:
                    return null;
            }
        }
    }

    [Fact]
    public async Task Openings_come_to_nothing_as_the_rows_say()
    {
        foreach (var row in MagicOutcomes.Openings.Where(row => !onPages.Contains(row.Code)))
        {
            Assert.Equal((row.Code, row.Code), (row.Code, await RefuseAsync(row.Code)));
        }
    }

    [Fact]
    public async Task Payments_that_wait_are_confirmed_with_a_code_where_it_needs_one()
    {
        var customer = await bank.LinkCustomerAsync(MagicPersons.All[4].Person, balance: Money.Yuan(2_000));

        foreach (var yuan in (decimal[])[20, 1_000.01m])
        {
            var paid = await bank.Customers.ConfirmPaymentAsync(customer, await AskAsync(customer, yuan));
            Assert.Equal((PaymentStatus.Captured, Money.Yuan(yuan)), (paid.Status, paid.CapturedAmount));
            await Assert.ThrowsAsync<InvalidOperationException>(() =>
                bank.Customers.ConfirmPaymentAsync(customer, paid)
            );
            var tooLate = await Assert.ThrowsAsync<InvalidOperationException>(() =>
                bank.Customers.DeclinePaymentAsync(customer, paid)
            );
            Assert.EndsWith("the payment is captured.", tooLate.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Every_refusal_of_the_catalogue_reaches_the_app()
    {
        var options = new OpenBankingOptions { MaxRetries = 0 };
        bank.Configure(options);
        var client = new OpenBankingClient(options);
        foreach (var problem in ProblemCodes.Catalogue)
        {
            // The client heals a token that is refused once.
            bank.RefuseNext(problem.Code, times: problem.Code == ProblemCodes.InvalidToken ? 2 : 1);
            var refused = await Assert.ThrowsAnyAsync<OpenBankingException>(() =>
                client.Payments.GetAsync("pay_01hzy3v9k2m4n6p8q0r2s4t6v8")
            );
            if (problem.Code == ProblemCodes.ProofReused)
            {
                // It tells of another sending, of which nobody has the answer.
                Assert.Equal(ClientErrorCodes.ConnectionLost, refused.Code);
                continue;
            }

            Assert.Equal((problem.Code, (int?)problem.Status), (refused.Code, refused.Status));
            Assert.StartsWith("req_", refused.RequestId);
        }

        Assert.Contains(
            nameof(MagicOutcomes),
            Assert.Throws<ArgumentException>(() => bank.RefuseNext(DeclineCodes.CardRefused)).Message
        );
    }

    [Fact]
    public async Task A_token_that_is_refused_is_renewed_as_at_a_real_bank()
    {
        var asked = 0;
        using var meter = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "openbanking.client.token_requests")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        meter.SetMeasurementEventCallback<long>((_, _, _, _) => Interlocked.Increment(ref asked));
        var options = new OpenBankingOptions { MaxRetries = 0 };
        bank.Configure(options);
        var client = new OpenBankingClient(options);
        Assert.NotEmpty(await client.Coupons.ListStocksAsync().ToListAsync());
        meter.Start();

        bank.RefuseNext(ProblemCodes.InvalidToken);

        Assert.NotEmpty(await client.Coupons.ListStocksAsync().ToListAsync());
        Assert.True(asked > 0, "No other token was asked for.");
    }

    [Fact]
    public async Task What_nobody_has_met_yet_is_taken_back()
    {
        bank.RefuseNext(ProblemCodes.InsufficientScope, times: 3);
        bank.RefuseNoMore();

        Assert.NotEmpty(await bank.Client.Coupons.ListStocksAsync().ToListAsync());
    }

    private async Task<string?> DeclineOtherAsync(string code, LinkedCustomer customer, Coupon strangers)
    {
        switch (code)
        {
            case DeclineCodes.CouponNotFound:
                return (await PayWithAsync(strangers)).DeclineCode;
            case DeclineCodes.CouponAlreadyRedeemed:
                var redeemed = await IssueAsync(customer);
                Assert.Null((await PayWithAsync(redeemed)).DeclineCode);
                return (await PayWithAsync(redeemed)).DeclineCode;
            case DeclineCodes.CouponHeld:
                var held = await IssueAsync(customer);
                Assert.Null((await PayWithAsync(held, CaptureMethod.Manual)).DeclineCode);
                return (await PayWithAsync(held)).DeclineCode;
            case DeclineCodes.CouponExpired:
                var old = await IssueAsync(customer);
                await bank.Clock.AdvanceAsync(TimeSpan.FromDays(31));
                return (await PayWithAsync(old)).DeclineCode;
            case DeclineCodes.CouponBelowThreshold:
                return (await PayWithAsync(await IssueAsync(customer), yuan: 14.99m)).DeclineCode;
            case DeclineCodes.RiskConfirmationRequired:
                return await PayAsync(customer, MagicAmounts.RiskConfirmation);
            case DeclineCodes.RiskDeclined:
                return await PayAsync(customer, MagicAmounts.RiskDeclined);
            case DeclineCodes.CustomerDeclined:
                var asked = await AskAsync(customer, 20);
                return (await bank.Customers.DeclinePaymentAsync(customer, asked)).DeclineCode;
            case DeclineCodes.CardInsufficientFunds:
                return (await bank.TopUpAsync(customer, MagicAmounts.CardInsufficientFunds)).DeclineCode;
            case DeclineCodes.CardRefused:
                return (await bank.TopUpAsync(customer, MagicAmounts.CardRefused)).DeclineCode;
            default:
                throw new InvalidOperationException($"Nothing tries {code}.");
        }

        Task<Payment> PayWithAsync(Coupon coupon, CaptureMethod? method = null, decimal yuan = 20) =>
            bank.PayAsync(customer, NewOrder(), Money.Yuan(yuan), method, coupon.Id);
    }

    private async Task<string?> RefuseAsync(string code)
    {
        var person = MagicPersons.All[3].Person;
        switch (code)
        {
            case ApplicationReasons.IdentityNotVerified:
                return await ReasonAsync(MagicPersons.WithAnotherName.Person);
            case ApplicationReasons.CardNotVerified:
                return await ReasonAsync(MagicPersons.WithAnothersCard.Person);
            case ApplicationReasons.UnderMinimumAge:
                return await ReasonAsync(MagicPersons.TooYoung.Person);
            case ApplicationReasons.DeclinedByBank:
                return await ReasonAsync(MagicPersons.DeclinedByBank.Person);
            case ApplicationReasons.CustomerDeclined:
                var unasked = await bank.Customers.DeclineApplicationAsync(person, await ApplyAsync(person));
                return unasked.Reason;
            case ApplicationReasons.TooManyWrongCodes:
                return (await bank.Customers.GuessCodesAsync(person, await ApplyAsync(person))).Reason;
            case ApplicationReasons.TooManyWrongAmounts:
                var unproven = MagicPersons.WithUnconfirmedCard.Person;
                return (await bank.Customers.GuessAmountsAsync(unproven, await ApplyAsync(unproven))).Reason;
            case ApplicationReasons.NotConfirmedInTime:
                var waiting = await ApplyAsync(person);
                await bank.Clock.AdvanceAsync(TimeSpan.FromDays(1));
                return (await bank.Client.AccountApplications.GetAsync(waiting.Id)).Reason;
            case ApplicationReasons.MobileOfAnother:
                var shared = MagicPersons.WithSharedMobile.Person;
                Assert.Null(await ConfirmAsync(person with { Mobile = shared.Mobile }));
                return await ConfirmAsync(shared);
            case ApplicationReasons.TooManyAccounts:
                string? reason = null;
                for (var accounts = 0; accounts < 6 && reason is null; accounts++)
                {
                    reason = await ConfirmAsync(MagicPersons.All[0].Person);
                }

                return reason;
            default:
                throw new InvalidOperationException($"Nothing tries {code}.");
        }
    }

    private async Task<string?> ConfirmAsync(SandboxPerson person) =>
        (await bank.Customers.ConfirmApplicationAsync(person, await ApplyAsync(person))).Reason;

    /// <summary>The identity is verified behind the answer.</summary>
    private async Task<string?> ReasonAsync(SandboxPerson person)
    {
        var application = await ApplyAsync(person);
        while (application.Status == AccountApplicationStatus.IdentityVerifying)
        {
            await Task.Delay(10);
            application = await bank.Client.AccountApplications.GetAsync(application.Id);
        }

        return application.Reason;
    }

    private Task<AccountApplication> ApplyAsync(SandboxPerson person) =>
        bank.Client.AccountApplications.CreateAsync(
            new CreateAccountApplicationRequest
            {
                Applicant = new()
                {
                    Name = person.Name,
                    IdNumber = person.IdNumber,
                    Mobile = person.Mobile,
                    CardNumber = person.CardNumber,
                },
                ReturnUri = "http://localhost:5070/openbanking/callback",
            },
            IdempotencyKey.FromOrder(NewOrder(), "open")
        );

    private async Task<Coupon> IssueAsync(LinkedCustomer customer)
    {
        var stock = await bank.Client.Coupons.ListStocksAsync().FirstAsync();
        return await bank.Client.Coupons.IssueAsync(
            new IssueCouponRequest { StockId = stock.Id, CustomerId = customer.CustomerId },
            IdempotencyKey.FromOrder(NewOrder(), "coupon")
        );
    }

    private Task<Payment> AskAsync(LinkedCustomer customer, decimal yuan)
    {
        var order = NewOrder();
        return bank.Client.Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = order,
                Amount = Money.Yuan(yuan),
                CustomerId = customer.CustomerId,
            },
            IdempotencyKey.FromOrder(order, "payment")
        );
    }

    /// <summary>So that tomorrow is in this month, too.</summary>
    private async Task LeaveMonthsEndAsync()
    {
        var today = (await bank.Clock.NowAsync()).ToOffset(TimeSpan.FromHours(8));
        if (today.Day > 20)
        {
            await bank.Clock.AdvanceAsync(TimeSpan.FromDays(12));
        }
    }

    private async Task<string?> InAsync(LinkedCustomer customer, AccountStatus status)
    {
        await bank.Customers.SetAccountStatusAsync(customer, status);
        var declined = await PayAsync(customer, 1);
        await bank.Customers.SetAccountStatusAsync(customer, AccountStatus.Active);
        return declined;
    }

    private async Task<string?> PayInAsync(LinkedCustomer customer, string scene)
    {
        var order = new CreatePaymentRequest
        {
            OrderNo = NewOrder(),
            Amount = Money.Yuan(1),
            AgreementId = customer.AgreementId,
            Scene = scene,
        };
        var key = IdempotencyKey.FromOrder(order.OrderNo, "payment");
        return (await bank.Client.Payments.CreateAsync(order, key)).DeclineCode;
    }

    private Task<string?> PayAsync(LinkedCustomer customer, decimal yuan) =>
        PayAsync(customer, Money.Yuan(yuan));

    private async Task<string?> PayAsync(LinkedCustomer customer, Money amount) =>
        (await bank.PayAsync(customer, NewOrder(), amount)).DeclineCode;

    private string NewOrder() => $"order-{++shared.Orders}";

    private static PaymentAgreementTerms Terms(
        decimal perPayment,
        decimal daily,
        decimal monthly,
        decimal total
    ) =>
        new()
        {
            PerPaymentLimit = Money.Yuan(perPayment),
            DailyLimit = Money.Yuan(daily),
            MonthlyLimit = Money.Yuan(monthly),
            TotalLimit = Money.Yuan(total),
            TopUpAllowed = true,
        };

    public sealed class Bank : IAsyncLifetime
    {
        public SandboxBank Sandbox { get; private set; } = null!;

        public int Orders { get; set; }

        public async ValueTask InitializeAsync() => Sandbox = await SandboxBank.StartAsync();

        public ValueTask DisposeAsync() => Sandbox.DisposeAsync();
    }
}
