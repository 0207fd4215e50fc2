using OpenBanking.Samples.Quickstart;
using Xunit;

namespace OpenBanking.Tests.Http.Dashboard;

/// <summary>The page that follows says what was done.</summary>
public sealed class SavedTests(SharedServer shared) : OwnPageTests(shared)
{
    [Fact]
    public async Task Whoever_saved_a_name_or_limits_is_told_so()
    {
        await SignInAsync();
        await FollowAsync("Type II e-account");
        Assert.Null(Status());
        await FollowAsync("Name");
        await Browser.SubmitAsync(("Nickname", "Films"));
        Assert.Equal("The name is saved.", Status());
        await FollowAsync("Limits");
        await Browser.SubmitAsync(("PaymentLimit", "20"), ("DayLimit", "30"));
        Assert.Equal("The limits are saved.", Status());
        await FollowAsync("中文");
        await FollowAsync("限额");
        await Browser.SubmitAsync(("PaymentLimit", "10"), ("DayLimit", "30"));
        Assert.Equal("限额已保存。", Status());

        var account = Browser.Address.GetLeftPart(UriPartial.Path);
        foreach (var done in (string[])["nonsense", "Name", "wakes", ""])
        {
            await Browser.GoAsync(new Uri($"{account}?done={done}"));
            Assert.Null(Status());
        }
    }

    [Fact]
    public async Task Whoever_changed_the_cards_is_told_so()
    {
        var second = (await Partner.PersonsAsync())
            .Where(person => person.IdNumber == Person.IdNumber)
            .ElementAt(1);
        await SignInAsync();
        await FollowAsync("Type II e-account");
        await FollowAsync("Bound cards");
        await FollowAsync("Add a card");
        await Browser.SubmitAsync(("CardNumber", second.CardNumber), ("Pin", TestPartner.Pin));
        await Browser.ReloadWhileAsync(() => Text().Contains("We are asking"));
        Assert.Equal("The card is bound to the account now.", Status());
        await FollowAsync("Change");
        await Browser.SubmitAsync("Choose", ("Pin", TestPartner.Pin));
        Assert.Equal("It is your default card now.", Status());
        await FollowAsync("Change");
        await Browser.SubmitAsync("Remove", ("Pin", TestPartner.Pin));
        Assert.Equal("The card is removed.", Status());
    }

    private string? Status() => Browser.Page.QuerySelector("main [role=status]")?.TextContent;
}
