using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Storage;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Accounts of Type III: opened on the bank's pages or through the API, with limits of their own.</summary>
public sealed class TypeThreeTests(SharedServer shared) : IAsyncLifetime
{
    private TestPartner partner = null!;

    public async ValueTask InitializeAsync() => partner = await shared.NewPartnerAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task An_account_of_type_three_holds_and_spends_no_more_than_it_may()
    {
        var customer = await partner.LinkTypeThreeAsync();
        var account = await partner.Client.Accounts.GetAsync(customer.CustomerId, customer.AccountId!);
        Assert.Equal(AccountType.TypeThree, account.Type);

        var tooMuch = await partner.TopUpAsync(customer, Money.Yuan(2_000.01m), "too-much");
        Assert.Equal(
            (TopUpStatus.Failed, DeclineCodes.AccountBalanceLimit),
            (tooMuch.Status, tooMuch.DeclineCode)
        );
        await partner.TopUpAsync(customer, Money.Yuan(2_000), "whole");
        var more = await partner.TopUpAsync(customer, Money.Yuan(0.01m), "more");
        Assert.Equal(DeclineCodes.AccountBalanceLimit, more.DeclineCode);

        var limits = await partner.Client.Accounts.GetLimitsAsync(customer.CustomerId, customer.AccountId!);
        Assert.Equal((Money.Yuan(2_000), Money.Yuan(50_000)), (limits.Day.Limit, limits.Year.Limit));
        Assert.Equal(
            (Money.Yuan(2_000), Money.Yuan(2_000), Money.Yuan(0)),
            (limits.Balance!.Limit, limits.Balance.Used, limits.Balance.Left)
        );

        var payment = await partner.PayAsync(customer, "order-1", Money.Yuan(1_500));
        await partner.TopUpAsync(customer, Money.Yuan(1_500), "again");
        var declined = await partner.PayAsync(customer, "order-2", Money.Yuan(500.01m));
        Assert.Equal(DeclineCodes.AccountDailyLimit, declined.DeclineCode);

        var onCard = await OnCardAsync();
        await partner.Client.Refunds.CreateAsync(
            new CreateRefundRequest { PaymentId = payment.Id },
            IdempotencyKey.FromOrder("order-1", "refund")
        );
        for (var i = 0; i < 200 && await OnCardAsync() == onCard; i++)
        {
            await Task.Delay(25);
        }

        Assert.Equal(onCard + 1_500_00, await OnCardAsync());
        Assert.Equal(Money.Yuan(2_000), await partner.BalanceAsync(customer));
    }

    [Fact]
    public async Task An_account_of_type_two_has_no_limit_of_what_is_on_it()
    {
        var customer = await partner.LinkAsync();
        Assert.Null(
            (await partner.Client.Accounts.GetLimitsAsync(customer.CustomerId, customer.AccountId!)).Balance
        );
    }

    [Fact]
    public async Task A_partner_applies_for_one_and_another_class_is_refused()
    {
        var made = await ApplyAsync(AccountType.TypeThree);
        Assert.Equal(AccountType.TypeThree, made.AccountType);
        Assert.Equal(AccountType.TypeTwo, (await ApplyAsync(null)).AccountType);

        var refused = await Assert.ThrowsAsync<OpenBankingException>(() => ApplyAsync(new("type_i")));
        Assert.Equal(
            (ProblemCodes.InvalidRequest, "/account_type"),
            (refused.Code, refused.Errors[0].Pointer)
        );

        using var browser = new Browser();
        for (
            var i = 0;
            i < 400
                && (await partner.Client.AccountApplications.GetAsync(made.Id)).Status
                    != AccountApplicationStatus.OtpPending;
            i++
        )
        {
            await Task.Delay(25);
        }

        await browser.GoAsync(new Uri(made.ContinuationUrl!));
        Assert.Contains("a Type III e-account", browser.Page.QuerySelector("main")!.TextContent);
    }

    private async Task<AccountApplication> ApplyAsync(AccountType? type)
    {
        var person = (await partner.PersonsAsync())[0];
        return await partner.Client.AccountApplications.CreateAsync(
            new CreateAccountApplicationRequest
            {
                Applicant = new Applicant
                {
                    Name = person.Name,
                    IdNumber = person.IdNumber,
                    Mobile = person.Mobile,
                    CardNumber = person.CardNumber,
                },
                AccountType = type,
            },
            IdempotencyKey.FromOrder($"application-{type}", "open")
        );
    }

    private async Task<long> OnCardAsync() =>
        (
            await shared
                .Server.Get<Store>()
                .FindAsync(
                    SandboxTables.Cards,
                    new(partner.SandboxNumber),
                    new SandboxCardKey((await partner.PersonsAsync())[0].CardNumber)
                )
        )!.Balance;
}
