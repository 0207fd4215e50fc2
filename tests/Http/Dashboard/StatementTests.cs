using System.Net;
using System.Text.RegularExpressions;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Worlds;
using Xunit;

namespace OpenBanking.Tests.Http.Dashboard;

/// <summary>A month of an account, on a page and as a file.</summary>
public sealed class StatementTests(SharedServer shared) : OwnPageTests(shared)
{
    [Fact]
    public async Task A_statement_has_every_line_and_what_was_there_before_and_after()
    {
        await Partner.Client.Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = "order-1",
                Amount = Money.Yuan(19.90m),
                AgreementId = Customer.AgreementId!,
                Description = "=HYPERLINK(\"x\"), a month",
            },
            IdempotencyKey.FromOrder("order-1", "payment")
        );
        await SignInAsync();
        await FollowAsync("Type II e-account");
        await FollowAsync("Statement");

        Assert.Contains("Balance at the beginning¥0.00", Text());
        Assert.Contains("Balance at the end¥80.10", Text());
        var today = BusinessCalendar.DateOf(DateTimeOffset.UtcNow);
        Assert.Contains($"Account holder*{Person.Name[^1]}", Text());
        Assert.DoesNotContain(Person.Name, Text());
        Assert.Contains($"Period{today:yyyy-MM}-01 – {today:yyyy-MM-dd}", Text());
        Assert.Contains($"Made on{today:yyyy-MM-dd}", Text());
        Assert.Equal(2, Browser.Page.QuerySelectorAll(".lines li").Length);
        var month = Browser.Page.QuerySelector("option")!.TextContent;
        Assert.Matches(new Regex("^20[0-9]{2}-[01][0-9]$", default, TimeSpan.FromSeconds(1)), month);

        var lines = (await DownloadAsync("Download")).Split("\r\n");
        Assert.Equal("\uFEFFNo.,Time (Asia/Shanghai),Kind,App,What for,Amount (CNY),Balance (CNY)", lines[0]);
        Assert.StartsWith("1,", lines[1]);
        Assert.EndsWith(",From your card,Test App,,100.00,100.00", lines[1]);
        Assert.EndsWith(",Payment,Test App,\"'=HYPERLINK(\"\"x\"\"), a month\",-19.90,80.10", lines[2]);
        Assert.Equal([""], lines[3..]);
        Assert.EndsWith($"-{month}.csv", Browser.ContentHeader("Content-Disposition"));
        Assert.StartsWith("attachment; filename=statement-", Browser.ContentHeader("Content-Disposition"));
    }

    [Fact]
    public async Task A_refund_says_why_and_else_what_it_gives_back()
    {
        var payment = await Partner.Client.Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = "order-1",
                Amount = Money.Yuan(20),
                AgreementId = Customer.AgreementId!,
                Description = "Two tickets",
            },
            IdempotencyKey.FromOrder("order-1", "payment")
        );
        foreach (var (yuan, reason) in ((decimal, string?)[])[(4, "Seat not free"), (6, null)])
        {
            await Partner.Client.Refunds.CreateAsync(
                new CreateRefundRequest
                {
                    PaymentId = payment.Id,
                    Amount = Money.Yuan(yuan),
                    Reason = reason,
                },
                IdempotencyKey.FromOrder("order-1", $"refund-{yuan}")
            );
        }

        await SignInAsync();
        await FollowAsync("Type II e-account");
        Assert.Contains("Refund +¥4.00 Test App · Seat not free", Text());
        Assert.Contains("Refund +¥6.00 Test App · Two tickets", Text());
        await FollowAsync("Statement");
        Assert.Contains(",Refund,Test App,Seat not free,4.00,84.00", await DownloadAsync("Download"));
    }

    [Fact]
    public async Task A_month_that_there_is_not_is_told_with_those_that_there_are()
    {
        await SignInAsync();
        await FollowAsync("Type II e-account");
        var account = Browser.Address;
        await Browser.GoAsync(new Uri($"{account}/statement?month="));
        Assert.Contains("Balance at the end¥100.00", Text());
        var there = Browser.Page.QuerySelector("option")!.TextContent;
        foreach (var month in (string[])["1999-01", "9999-12", "x", "2026-13", $"{there}&month=x"])
        {
            await Browser.GoAsync(new Uri($"{account}/statement?month={month}"));
            Assert.Equal(HttpStatusCode.NotFound, await Browser.LookAtAsync(Browser.Address));
            Assert.Contains("There is no statement of that month.", Text());
            Assert.DoesNotContain("Balance", Text());
            Assert.Equal(there, Browser.Page.QuerySelector("option")!.TextContent);
            await Browser.GoAsync(new Uri($"{account}/statement.csv?month={month}"));
            Assert.Contains("There is no such page.", Text());
        }

        await Browser.GoAsync(new Uri($"{account}/statement?month=x&lang=zh-CN"));
        Assert.Contains("没有该月份的对账单", Text());
        await Browser.GoAsync(new Uri($"{account}/statement.csv"));
        Assert.EndsWith($"-{there}.csv", Browser.ContentHeader("Content-Disposition"));
    }

    /// <summary>Which another node has opened, whose clock is ahead.</summary>
    [Fact]
    public async Task An_account_that_opens_next_month_has_a_statement_of_that()
    {
        var account = await Shared.Server.AccountAsync(Partner, Customer);
        var opened = account.OpenedAt.AddDays(32);
        await Shared
            .Server.Get<Engine>()
            .SubmitAsync(new PutOpened(new(Partner.SandboxNumber), opened, account.Id));
        await SignInAsync();
        await FollowAsync("Type II e-account");
        await FollowAsync("Statement");

        var day = BusinessCalendar.DateOf(opened);
        Assert.Equal(HttpStatusCode.OK, await Browser.LookAtAsync(Browser.Address));
        Assert.Contains($"Period{day:yyyy-MM}-01 – {day:yyyy-MM-dd}", Text());
        Assert.Contains("Balance at the end¥100.00", Text());
    }

    private async Task<string> DownloadAsync(string link)
    {
        await FollowAsync(link);
        return Browser.Content;
    }

    private sealed record PutOpened(World World, DateTimeOffset Now, Id<AccountRow> AccountId)
        : Command<Done>(World, Now)
    {
        public override void Keys(IKeySet keys) => keys.Want(AccountTables.Accounts, AccountId);

        public override Decision<Done> Decide(Book book)
        {
            var account = book.Get(AccountTables.Accounts, AccountId);
            book.Update(AccountTables.Accounts, account with { OpenedAt = Now });
            return Decision.Accept(new Done());
        }
    }
}
