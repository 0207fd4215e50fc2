using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Extensions.DependencyInjection;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Withdrawals;
using OpenBanking.Server.Worlds;
using Xunit;
using Lost = OpenBanking.Server.Storage.OutcomeUnknownException;

namespace OpenBanking.Tests.Http.Dashboard;

/// <summary>What customers are told when the answer to what they asked for is lost: that it may have been done.</summary>
public sealed class UnknownOutcomeTests : OwnPageTests
{
    private const string Unknown = "We do not know yet whether it was done";
    private const string UnknownInChinese = "暂时无法确认本次操作是否已完成";

    private readonly LostAnswers answers;

    public UnknownOutcomeTests()
        : this(new LostAnswers()) { }

    private UnknownOutcomeTests(LostAnswers answers)
        : base(
            new SharedServer(builder =>
                builder.Services.Configure<MvcOptions>(options => options.Filters.Add(answers))
            )
        ) => this.answers = answers;

    public override async ValueTask InitializeAsync()
    {
        await Shared.InitializeAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Shared.DisposeAsync();
    }

    [Fact]
    public async Task A_withdrawal_whose_answer_is_lost_may_have_been_made_and_leads_to_the_accounts()
    {
        foreach (
            var (amount, lost) in new (string, Exception)[]
            {
                ("10", new Lost("The answer did not come in time.", new TimeoutException())),
                ("11", new StoreUnavailableException(new TimeoutException())),
                ("12", new InvalidOperationException("A bug.")),
            }
        )
        {
            await OrderAsync(amount, lost);

            Assert.Equal("/bank/error?code=outcome_unknown", Browser.Address.PathAndQuery);
            Assert.Contains(Unknown, Text());
            Assert.DoesNotContain("Nothing was done", Text());
            await Browser.FollowAsync("Your accounts");
            Assert.Equal(Own(), Browser.Address);
            await FollowAsync("e-account");
            Assert.Contains($"To your card −¥{amount}.00", Text());
        }

        await Browser.GoAsync(new Uri(Shared.Server.Address, "/bank/error?code=outcome_unknown&lang=zh-CN"));
        Assert.Contains(UnknownInChinese, Text());
    }

    [Fact]
    public async Task What_the_engine_had_no_room_for_was_not_done_and_may_be_tried_again()
    {
        await OrderAsync("10", new EngineBusyException(), before: true);

        Assert.Equal("/bank/error?code=internal_error", Browser.Address.PathAndQuery);
        Assert.Contains("Try again in a moment", Text());
        Assert.DoesNotContain(Unknown, Text());
        Assert.Empty(
            await Shared
                .Server.Get<Store>()
                .ListAsync(WithdrawalTables.Withdrawals, new World(Partner.SandboxNumber), $"1 = {1}")
        );
    }

    [Theory]
    [InlineData("/sandbox/0/messages")]
    [InlineData("/sandbox/0/persons")]
    public async Task A_page_of_a_sandbox_fails_on_a_page(string path)
    {
        answers.Lose("GET", new InvalidOperationException("A bug."));
        await Browser.GoAsync(new Uri(Shared.Server.Address, path));

        Assert.Equal("/bank/error?code=internal_error", Browser.Address.PathAndQuery);
    }

    [Fact]
    public async Task A_page_that_fails_to_load_did_nothing_that_is_unknown()
    {
        await SignInAsync();
        answers.Lose("GET", new InvalidOperationException("A bug."));
        await Browser.GoAsync(Own());

        Assert.Equal("/bank/error?code=internal_error", Browser.Address.PathAndQuery);
        Assert.Contains("Try again in a moment", Text());
        Assert.DoesNotContain(Unknown, Text());
    }

    /// <summary>Orders a withdrawal whose answer becomes a failure.</summary>
    /// <param name="before">Whether nothing is done before it fails.</param>
    private async Task OrderAsync(string amount, Exception lost, bool before = false)
    {
        if (Browser.Page is null)
        {
            await SignInAsync();
        }

        await Browser.GoAsync(Own());
        await FollowAsync("e-account");
        await FollowAsync("Withdraw to your card");
        await Browser.SubmitAsync(("Amount", amount));
        answers.Lose("POST", lost, before);
        await Browser.SubmitAsync("Confirm", ("Pin", TestPartner.Pin));
    }

    /// <summary>Loses the answer of the next page that is asked for by one method.</summary>
    private sealed class LostAnswers : IAsyncPageFilter
    {
        private (string Method, Exception Failure, bool Before)? next;

        public void Lose(string method, Exception failure, bool before = false) =>
            next = (method, failure, before);

        public Task OnPageHandlerSelectionAsync(PageHandlerSelectedContext context) => Task.CompletedTask;

        public async Task OnPageHandlerExecutionAsync(
            PageHandlerExecutingContext context,
            PageHandlerExecutionDelegate next
        )
        {
            if (
                this.next is not var (method, failure, before)
                || context.HttpContext.Request.Method != method
                || context.HttpContext.Request.Path == "/bank/error"
            )
            {
                await next();
                return;
            }

            this.next = null;
            if (!before)
            {
                await next();
            }

            throw failure;
        }
    }
}
