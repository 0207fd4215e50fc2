using OpenBanking.Server.Confirmations;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Worlds;
using Xunit;

namespace OpenBanking.Tests.Http.Confirmations;

/// <summary>What a partner may ask for, and what becomes of it without the customer.</summary>
public sealed class ConfirmationRequestTests(SharedServer shared) : ConfirmationPageTests(shared)
{
    [Fact]
    public async Task Only_what_can_be_kept_is_asked_for()
    {
        await AssertWrongAsync(Order(20) with { ReturnUrl = "https://evil.example/" }, "/return_url");
        await AssertWrongAsync(
            Order(20) with
            {
                ReturnUrl = TestPartner.RedirectUri + "?x=1",
            },
            "/return_url"
        );
        await AssertWrongAsync(Order(20) with { AgreementId = Customer.AgreementId }, "/return_url");
        await AssertWrongAsync(Order(20) with { Confirmation = ConfirmationMode.Never }, "/agreement_id");
        await AssertWrongAsync(Order(20) with { Confirmation = new("sometimes") }, "/confirmation");
        await AssertWrongAsync(Order(20) with { CustomerId = "cus_1" }, "/customer_id");
        await AssertWrongAsync(
            Order(20) with
            {
                AgreementId = Customer.AgreementId,
                Confirmation = ConfirmationMode.IfNeeded,
                CustomerId = Customer.CustomerId,
            },
            "/customer_id"
        );
    }

    [Fact]
    public async Task What_the_agreement_does_not_cover_is_asked_only_if_the_partner_says_so()
    {
        var small = await Partner.LinkAsync(
            1,
            [
                new OpenBanking.AccountOpening(),
                new PaymentAgreementTerms
                {
                    PerPaymentLimit = Money.Yuan(10),
                    DailyLimit = Money.Yuan(10),
                    TotalLimit = Money.Yuan(100),
                    TopUpAllowed = true,
                },
            ]
        );
        var under = Order(20) with { AgreementId = small.AgreementId, ReturnUrl = null };
        var failed = await AskAsync(under);
        Assert.Equal(
            (PaymentStatus.Failed, DeclineCodes.AgreementPerPaymentLimit),
            (failed.Status, failed.DeclineCode)
        );

        var ifNeeded = under with { OrderNo = "order-2", Confirmation = ConfirmationMode.IfNeeded };
        var asked = await AskAsync(ifNeeded);
        Assert.Equal((PaymentStatus.RequiresAction, small.CustomerId), (asked.Status, asked.CustomerId));
        Assert.Equal(asked.Id, (await AskAsync(ifNeeded)).Id);

        // What is declined for another reason than the agreement stays declined.
        var poor = await AskAsync(ifNeeded with { OrderNo = "order-3", Amount = Money.Yuan(5) });
        Assert.Equal(DeclineCodes.InsufficientFunds, poor.DeclineCode);

        await Partner.Client.Consents.RevokeAsync(small.ConsentId);
        var ended = await AskAsync(ifNeeded with { OrderNo = "order-4", Amount = Money.Yuan(5) });
        Assert.Equal(PaymentStatus.RequiresAction, ended.Status);
        var refusal = await RefusalAsync(() => AskAsync(under with { OrderNo = "order-5" }));
        Assert.Equal(ProblemCodes.AgreementNotActive, refusal.Code);
    }

    [Fact]
    public async Task One_that_waits_is_the_live_one_and_holds_nothing()
    {
        var asked = await AskAsync(20);

        var second = await RefusalAsync(() =>
            Payments.CreateAsync(Order(30), IdempotencyKey.FromOrder("order-1", "payment", attempt: 2))
        );
        Assert.Equal(ProblemCodes.OrderAlreadyPaid, second.Code);
        Assert.Equal(asked.Id, (await AskAsync(20)).Id);
        Assert.Equal(
            ProblemCodes.PaymentNotCapturable,
            (await RefusalAsync(() => Payments.CaptureAsync(asked.Id, new(), Key("capture")))).Code
        );
        Assert.Equal(
            ProblemCodes.PaymentNotRefundable,
            (
                await RefusalAsync(() =>
                    Partner.Client.Refunds.CreateAsync(
                        new CreateRefundRequest { PaymentId = asked.Id },
                        Key("refund")
                    )
                )
            ).Code
        );

        var picture = await Payments.GetQrCodeAsync(asked.Id);
        Assert.StartsWith("<svg", picture);
        await Payments.CancelAsync(asked.Id, Key("cancel"));
        Assert.Equal(
            ProblemCodes.PaymentNotCancelable,
            (await RefusalAsync(() => Payments.CancelAsync(asked.Id, Key("cancel-2")))).Code
        );
        Assert.Equal(
            ProblemCodes.PaymentNotWaiting,
            (await RefusalAsync(() => Payments.GetQrCodeAsync(asked.Id))).Code
        );
        Assert.Equal(
            [EventTypes.PaymentRequiresAction, EventTypes.PaymentCanceled],
            await EventsOfAsync(asked)
        );
    }

    [Fact]
    public async Task Another_app_of_the_partner_and_another_sandbox_see_nothing_of_it()
    {
        var asked = await AskAsync(20);
        var other = await Partner.NewAppAsync();

        foreach (
            var act in (Func<Task>[])
                [
                    () => other.Client.Payments.GetAsync(asked.Id),
                    () => other.Client.Payments.GetQrCodeAsync(asked.Id),
                    () => other.Client.Payments.CancelAsync(asked.Id, Key("cancel")),
                    () => other.Client.Payments.CaptureAsync(asked.Id, new(), Key("capture")),
                ]
        )
        {
            Assert.Equal(ProblemCodes.NotFound, (await RefusalAsync(act)).Code);
        }

        var elsewhere = asked.NextAction!.ConfirmationUrl.Replace(
            $"/bank/{Partner.SandboxNumber}/",
            "/bank/0/",
            StringComparison.Ordinal
        );
        await Browser.GoAsync(new Uri(elsewhere));
        Assert.Contains("not_found", Text());
    }

    [Fact]
    public async Task What_nobody_confirms_in_time_expires()
    {
        var asked = await AskAsync(20);
        Assert.True(Id<PaymentRow>.TryParse(asked.Id, out var id));
        World world = new(Partner.SandboxNumber);
        var known = (await Shared.Server.Get<ConfirmationQueries>().FindAsync(world, id))!;

        await Shared
            .Server.Get<Engine>()
            .SubmitAsync(new ExpireConfirmation(world, known.Row.ExpiresAt, known.Row));

        Assert.Equal(PaymentStatus.Expired, (await Payments.GetAsync(asked.Id)).Status);
        await Browser.GoAsync(new Uri(asked.NextAction!.ConfirmationUrl));
        Assert.Contains("The time to pay is over", Text());
        Assert.Equal(
            [EventTypes.PaymentRequiresAction, EventTypes.PaymentExpired],
            await EventsOfAsync(asked)
        );
    }

    [Fact]
    public async Task What_is_left_of_the_limits_is_shown_with_the_consent_to_read_balances()
    {
        await Partner.PayAsync(Customer, "order-1", Money.Yuan(20));

        var limits = await Partner.Client.Accounts.GetLimitsAsync(Customer.CustomerId, Customer.AccountId!);

        Assert.Equal(
            (Money.Yuan(10_000), Money.Yuan(20), Money.Yuan(9_980)),
            (limits.Day.Limit, limits.Day.Used, limits.Day.Left)
        );
        Assert.Equal(Money.Yuan(199_980), limits.Year.Left);
        Assert.Equal(Money.Yuan(20), limits.Agreement!.Total.Used);
        Assert.Null(limits.PerPaymentLimit);
        Assert.True(limits.Day.ResetsAt <= limits.Year.ResetsAt);
        var narrow = await Partner.LinkAsync(
            1,
            [
                new OpenBanking.AccountOpening(),
                new OpenBanking.AccountInformation { Actions = [AccountInformation.ReadAccounts] },
            ]
        );
        var refusal = await RefusalAsync(() =>
            Partner.Client.Accounts.GetLimitsAsync(narrow.CustomerId, narrow.AccountId!)
        );
        Assert.Equal(ProblemCodes.InsufficientScope, refusal.Code);
    }

    private async Task AssertWrongAsync(CreatePaymentRequest request, string pointer)
    {
        var refusal = await RefusalAsync(() => AskAsync(request));
        Assert.Equal(ProblemCodes.InvalidRequest, refusal.Code);
        Assert.Equal(pointer, Assert.Single(refusal.Errors).Pointer);
    }
}
