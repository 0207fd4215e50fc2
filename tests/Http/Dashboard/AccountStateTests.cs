using System.Net;
using OpenBanking.Server;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.CommandLine;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;
using Xunit;

namespace OpenBanking.Tests.Http.Dashboard;

/// <summary>What the pages and the bank's commands say of an account that is frozen or closed.</summary>
public sealed class AccountStateTests(SharedServer shared) : OwnPageTests(shared)
{
    [Fact]
    public async Task Whose_account_the_bank_froze_is_told_whom_to_ask()
    {
        await SignInAsync();
        await SetFreezeAsync(frozen: true);
        await Browser.GoAsync(Own());
        Assert.Contains("Frozen by the bank: nothing goes out. Ask the bank.", Text());
        await FollowAsync("Type II e-account");
        Assert.Contains("The bank has frozen this account", Text());
        Assert.Contains("call us, or come to a branch with your ID card", Text());

        // What the customer reported says itself whom to ask.
        await FollowAsync("Report a loss");
        await Browser.SubmitAsync();
        Assert.Contains("You have reported a loss", Text());
        Assert.DoesNotContain("has frozen this account", Text());
        await SetFreezeAsync(frozen: false);
        await Browser.GoAsync(Browser.Address);
        Assert.DoesNotContain("rozen", Text());

        await SetFreezeAsync(frozen: true);
        await FollowAsync("中文");
        Assert.Contains("银行已冻结该账户", Text());
        await Browser.GoAsync(Own());
        Assert.Contains("已被银行冻结", Text());
    }

    [Fact]
    public async Task A_closed_account_takes_no_form_and_says_why()
    {
        await SignInAsync();
        await FollowAsync("Type II e-account");
        var account = Browser.Address;
        await Browser.GoAsync(new Uri($"{account}/limits"));
        var fields = Browser.HiddenFields().Append(KeyValuePair.Create("PaymentLimit", "5")).ToList();
        await CloseAsync(account);
        foreach (var act in (string[])["limits", "lost", "cards/new", "name", "upgrade", "wake", "top-up"])
        {
            await Browser.GoAsync(new Uri($"{account}/{act}"));
            Assert.EndsWith(act, Browser.Address.AbsolutePath);
            Assert.Contains("The account is closed, or being closed.", Text());
            Assert.Null(Browser.Page.QuerySelector("main form"));
            Assert.NotNull(Browser.Page.QuerySelector($"main a[href^='{account.AbsolutePath}']"));
        }

        await FollowAsync("中文");
        Assert.Contains("账户已销户", Text());
        using var answer = await Browser.PostAsync(new Uri($"{account}/limits"), fields);
        Assert.Contains("账户已销户", WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync()));
        Assert.Null((await AccountAsync()).PaymentLimit);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_bank_freezes_no_closed_account_and_is_told_so(bool frozen)
    {
        await SignInAsync();
        await FollowAsync("Type II e-account");
        await CloseAsync(Browser.Address);
        var id = $"{(await AccountAsync()).Id}";
        var account = await SetFreezeAsync(frozen);
        var (done, text) = AccountCommands.Tell(id, account, frozen);
        Assert.Equal(!frozen, done);
        Assert.StartsWith($"{id} ", text);
        Assert.Equal(
            frozen,
            text.EndsWith(" closed: a closed account cannot be frozen.", StringComparison.Ordinal)
        );
        Assert.Equal((false, "There is no account acct_1."), AccountCommands.Tell("acct_1", null, frozen));
    }

    private async Task<AccountRow?> SetFreezeAsync(bool frozen) =>
        await AccountCommands.SetFreezeAsync(Shared.Server.Services, $"{(await AccountAsync()).Id}", frozen);

    private async Task CloseAsync(Uri account)
    {
        await Browser.GoAsync(new Uri($"{account}/close"));
        await Browser.SubmitAsync(("Pin", TestPartner.Pin));
        for (var i = 0; i < 400 && (await AccountAsync()).State != AccountState.Closed; i++)
        {
            await Task.Delay(25);
        }

        Assert.Equal(AccountState.Closed, (await AccountAsync()).State);
    }

    private async Task<AccountRow> AccountAsync() =>
        (
            await Shared
                .Server.Get<Store>()
                .ListAsync(AccountTables.Accounts, new World(Partner.SandboxNumber), $"1 = {1}")
        ).Single();
}
