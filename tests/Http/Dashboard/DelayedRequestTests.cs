using Microsoft.Extensions.DependencyInjection;
using OpenBanking.Server;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.CommandLine;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Storage;
using OpenBanking.Server.TopUps;
using OpenBanking.Server.Withdrawals;
using OpenBanking.Server.Worlds;
using Xunit;

namespace OpenBanking.Tests.Http.Dashboard;

/// <summary>A request to a card's bank that is long on its way: the bank has never heard of it when it is looked up, and carries
/// it out later. Whatever becomes of the account meanwhile, its money moves once.</summary>
public sealed class DelayedRequestTests : OwnPageTests
{
    private readonly SlowRoad road;

    /// <summary>What was on the card.</summary>
    private long before;

    public DelayedRequestTests()
        : this(new SlowRoad()) { }

    private DelayedRequestTests(SlowRoad road)
        : base(
            new SharedServer(builder =>
                builder.Services.AddSingleton<ICardRail>(services =>
                    road.To(services.GetRequiredService<SandboxOutside>())
                )
            )
        ) => this.road = road;

    private World World => new(Partner.SandboxNumber);

    private Store Store => Shared.Server.Get<Store>();

    public override async ValueTask InitializeAsync()
    {
        await Shared.InitializeAsync();
        await base.InitializeAsync();
        before = await CardAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Shared.DisposeAsync();
    }

    [Fact]
    public async Task What_was_ordered_is_not_given_back_while_it_may_still_reach_the_card()
    {
        var intent = await OrderAsync("Withdraw to your card", "40");
        await FreezeAsync(frozen: true);
        await AskAgainAsync(intent);

        Assert.Equal((WithdrawalState.Processing, 60_00, 0), await StandAsync());

        await road.ArriveAsync();
        await AskAgainAsync(intent);
        Assert.Equal((WithdrawalState.Succeeded, 60_00, 40_00), await StandAsync());
        Assert.Empty(await new BooksAudit(Store).FindViolationsAsync());
    }

    [Fact]
    public async Task Once_the_account_is_free_again_it_is_asked_for_under_the_same_reference_and_paid_once()
    {
        var intent = await OrderAsync("Withdraw to your card", "40");
        await FreezeAsync(frozen: true);
        await AskAgainAsync(intent);
        await FreezeAsync(frozen: false);
        await AskAgainAsync(intent);
        await road.ArriveAsync();

        Assert.Equal((WithdrawalState.Succeeded, 60_00, 40_00), await StandAsync());
    }

    [Fact]
    public async Task What_is_left_of_a_closing_account_does_not_stay_there_while_it_may_still_reach_the_card()
    {
        await SignInAsync();
        await FollowAsync("e-account");
        await FollowAsync("Close the account");
        road.Delay();
        await Browser.SubmitAsync(("Pin", TestPartner.Pin));
        await road.Delayed;
        var intent = await IntentAsync();
        await FreezeAsync(frozen: true);
        await AskAgainAsync(intent);

        Assert.Equal((WithdrawalState.Processing, 100_00, 0), await StandAsync());

        await road.ArriveAsync();
        await AskAgainAsync(intent);
        Assert.Equal((WithdrawalState.Succeeded, 0, 100_00), await StandAsync());
        Assert.Empty(await new BooksAudit(Store).FindViolationsAsync());
    }

    [Fact]
    public async Task A_top_up_does_not_fail_while_its_card_may_still_be_debited()
    {
        var intent = await OrderAsync("Top up from your card", "40");
        await FreezeAsync(frozen: true);
        await AskAgainAsync(intent);

        Assert.Equal(OwnTopUpState.Processing, (await TopUpAsync()).State);

        await road.ArriveAsync();
        await AskAgainAsync(intent);
        Assert.Equal(OwnTopUpState.Succeeded, (await TopUpAsync()).State);
        Assert.Equal((140_00, -40_00), ((await AccountAsync()).Available, await CardAsync() - before));
        Assert.Empty(await new BooksAudit(Store).FindViolationsAsync());
    }

    /// <summary>Its first request is on its way when this ends.</summary>
    private async Task<IntentRow> OrderAsync(string link, string amount)
    {
        await SignInAsync();
        await FollowAsync("e-account");
        await FollowAsync(link);
        await Browser.SubmitAsync(("Amount", amount));
        road.Delay();
        await Browser.SubmitAsync("Confirm", ("Pin", TestPartner.Pin));
        await road.Delayed;
        return await IntentAsync();
    }

    private async Task<IntentRow> IntentAsync() =>
        (
            await Store.FirstAsync(
                IntentTables.Intents,
                World,
                $"state = {IntentState.Sent} AND kind IN ({IntentKind.CreditCard}, {IntentKind.DebitOwnCard})"
            )
        )!;

    /// <summary>As the worker does, which may do so at the same time.</summary>
    private async Task AskAgainAsync(IntentRow intent)
    {
        var handler = Shared
            .Server.Get<IEnumerable<IIntentHandler>>()
            .Single(handler => handler.Kind == intent.Kind);
        await Record.ExceptionAsync(() =>
            handler.HandleAsync(new(World, intent.Id), intent, mayBeKnown: true, CancellationToken.None)
        );
    }

    private async Task FreezeAsync(bool frozen) =>
        await AccountCommands.SetFreezeAsync(Shared.Server.Services, $"{(await AccountAsync()).Id}", frozen);

    /// <summary>How far the withdrawal is, what is on the account, and what has come to the card.</summary>
    private async Task<(WithdrawalState State, long OnAccount, long OnCard)> StandAsync() =>
        (
            (await Store.FirstAsync(WithdrawalTables.Withdrawals, World, $"1 = {1}"))!.State,
            (await AccountAsync()).Available,
            await CardAsync() - before
        );

    private async Task<AccountRow> AccountAsync() =>
        (await Store.FirstAsync(AccountTables.Accounts, World, $"1 = {1}"))!;

    private async Task<OwnTopUpRow> TopUpAsync() =>
        (await Store.FirstAsync(OwnTopUpTables.TopUps, World, $"1 = {1}"))!;

    private async Task<long> CardAsync() =>
        (await Store.FindAsync(SandboxTables.Cards, World, new SandboxCardKey(Person.CardNumber)))!.Balance;

    /// <summary>The way to the card's bank, on which a request may be delayed.</summary>
    private sealed class SlowRoad : ICardRail
    {
        private TaskCompletionSource delayed = new();
        private ICardRail bank = null!;
        private Func<Task>? underWay;
        private bool delaysNext;

        /// <summary>Whether a request is on its way.</summary>
        public Task Delayed => delayed.Task.WaitAsync(TimeSpan.FromSeconds(20));

        public SlowRoad To(ICardRail to)
        {
            bank = to;
            return this;
        }

        /// <summary>Has the next request arrive later.</summary>
        public void Delay() => delaysNext = true;

        public Task ArriveAsync() => underWay!();

        public Task<OutsideAnswer> DebitAsync(
            Reference reference,
            string cardNumber,
            Money amount,
            CancellationToken cancellationToken
        ) => PassAsync(() => bank.DebitAsync(reference, cardNumber, amount, CancellationToken.None));

        public Task<OutsideAnswer> CreditAsync(
            Reference reference,
            string cardNumber,
            Money amount,
            CancellationToken cancellationToken
        ) => PassAsync(() => bank.CreditAsync(reference, cardNumber, amount, CancellationToken.None));

        public Task<OutsideAnswer?> FindAsync(Reference reference, CancellationToken cancellationToken) =>
            bank.FindAsync(reference, cancellationToken);

        private Task<OutsideAnswer> PassAsync(Func<Task<OutsideAnswer>> request)
        {
            if (!delaysNext)
            {
                return request();
            }

            delaysNext = false;
            underWay = request;
            delayed.SetResult();
            throw new TimeoutException("Nobody answers.");
        }
    }
}
