using System.Text.Json;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;
using Xunit;

namespace OpenBanking.Tests.Http.Dashboard;

/// <summary>When customers are told that an app last used what they allowed it.</summary>
public sealed class LastUseTests(SharedServer shared) : OwnPageTests(shared)
{
    private World World => new(Partner.SandboxNumber);

    private SandboxClock Clock => Shared.Server.Get<SandboxClock>();

    [Fact]
    public async Task A_payment_is_a_use_however_much_has_moved_on_the_account_since()
    {
        await Clock.AdvanceAsync(World, TimeSpan.FromDays(2));
        await Partner.PayAsync(Customer, "order-1", Money.Yuan(1));
        var paidOn = await TodayAsync();
        var other = await Partner.NewAppAsync();
        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);
        var agreed = await other.LinkAsync();
        await Clock.AdvanceAsync(World, TimeSpan.FromDays(1));
        for (var i = 0; i < 200; i++)
        {
            await other.PayAsync(agreed, $"order-{i}", Money.Yuan(0.01m));
        }

        await SignInAsync();

        Assert.Equal([await TodayAsync(), paidOn], LastUses());
    }

    [Fact]
    public async Task A_token_is_a_use_also_where_no_money_moves()
    {
        using var app = new RawClient(await Partner.NewAppAsync(), Shared.Server.Address);
        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);
        var tokens = await app.TokensAsync();
        await SignInAsync();
        Assert.Equal(await TodayAsync(), LastUses()[0]);

        await Clock.AdvanceAsync(World, TimeSpan.FromDays(1));
        await Browser.GoAsync(Own());
        Assert.Equal((await TodayAsync()).AddDays(-1), LastUses()[0]);

        await app.RefreshAsync(tokens["refresh_token"]!.GetValue<string>());
        await Browser.GoAsync(Own());
        Assert.Equal(await TodayAsync(), LastUses()[0]);
        await FollowAsync("See it all");
        Assert.Contains($"Last used{await TodayAsync():yyyy-MM-dd}", Text());
        await Browser.GoAsync(new Uri(Browser.Address, "?lang=zh-CN"));
        Assert.Contains($"最近一次使用{await TodayAsync():yyyy-MM-dd}", Text());
        await Browser.GoAsync(Own("/data.json"));
        using var copy = JsonDocument.Parse(Browser.Content);
        Assert.Equal(
            [(await TodayAsync()).AddDays(-1), await TodayAsync()],
            copy.RootElement.GetProperty("consents")
                .EnumerateArray()
                .Select(consent => DateOnly.Parse(consent.GetProperty("last_used_on").GetString()!))
        );
    }

    [Fact]
    public async Task Where_no_use_was_noted_the_statement_says()
    {
        var store = Shared.Server.Get<Store>();
        var consent = (await store.ListAsync(ConsentTables.Consents, World, $"1 = {1}")).Single();
        await Shared.Server.Get<Engine>().SubmitAsync(new ForgetUses(World, consent));

        await SignInAsync();

        Assert.Equal([await TodayAsync()], LastUses());
    }

    private async Task<DateOnly> TodayAsync() =>
        BusinessCalendar.DateOf(await Shared.Server.Get<WorldClocks>().NowAsync(World));

    private IReadOnlyList<DateOnly> LastUses() =>
        [
            .. Browser
                .Page.QuerySelectorAll(".grants .hint")
                .Select(hint => hint.TextContent)
                .Where(text => text.StartsWith("Last used on ", StringComparison.Ordinal))
                .Select(text => DateOnly.Parse(text["Last used on ".Length..])),
        ];

    /// <summary>As servers left them that noted none.</summary>
    private sealed record ForgetUses(World At, ConsentRow Consent)
        : Command<Done>(At, DateTimeOffset.UnixEpoch)
    {
        public override void Keys(IKeySet keys)
        {
            keys.Want(ConsentTables.Consents, Consent.Id);
            keys.Want(ConsentTables.Agreements, Consent.AgreementId!.Value);
        }

        public override Decision<Done> Decide(Book book)
        {
            var agreement = book.Get(ConsentTables.Agreements, Consent.AgreementId!.Value);
            book.Update(ConsentTables.Agreements, agreement with { LastUsedOn = null });
            book.Update(ConsentTables.Consents, Consent with { LastUsedOn = null });
            return Decision.Accept(new Done());
        }
    }
}
