using System.Text.Json;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Purposes;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;
using Xunit;

namespace OpenBanking.Tests.Http.Dashboard;

/// <summary>What customers consent to, purpose by purpose.</summary>
public sealed class OwnPurposeTests(SharedServer shared) : OwnPageTests(shared)
{
    [Fact]
    public async Task Consent_is_given_and_withdrawn_by_purpose_and_each_choice_is_kept()
    {
        await SignInAsync();
        await FollowAsync("What we use your data for");
        Assert.Contains("Personalisation is off", Text());
        Assert.DoesNotContain("What you have chosen", Text());

        await ChooseAsync(Purpose.PersonalisedOffers);
        await ChooseAsync(Purpose.BehaviourAcrossScenes);
        Assert.Contains("Personalisation is on", Text());
        Assert.True((await ConsentsAsync()).Allow(Purpose.PersonalisedOffers));
        await ChooseAsync(Purpose.BehaviourAcrossScenes);
        Assert.False((await ConsentsAsync()).Allow(Purpose.BehaviourAcrossScenes));

        await Browser.SubmitToAsync("#switch-off");

        Assert.Contains("Personalisation is off", Text());
        var consents = await ConsentsAsync();
        Assert.True(consents.AreNonPersonalised);
        Assert.Equal([true, true, false, false], consents.History.Select(choice => choice.Given));
        Assert.All(consents.History, choice => Assert.Equal(1, choice.TextVersion));
        await Browser.GoAsync(Own("/data.json"));
        using var copy = JsonDocument.Parse(Browser.Content);
        Assert.Equal(4, copy.RootElement.GetProperty("purpose_choices").GetArrayLength());
        Assert.Equal(
            [true, true, false, false],
            copy.RootElement.GetProperty("purposes")
                .EnumerateArray()
                .Select(purpose => purpose.GetProperty("allowed").GetBoolean())
        );
    }

    [Fact]
    public async Task What_the_account_cannot_do_without_is_not_withdrawn()
    {
        await SignInAsync();
        await Browser.GoAsync(Own("/purposes"));

        await PostAsync("service", given: false, version: 1);
        Assert.Contains("cannot do without this", Text());
        await PostAsync("nothing", given: true, version: 1);
        Assert.EndsWith("/bank/error", Browser.Address.AbsolutePath);
        await Browser.GoAsync(Own("/purposes"));
        await PostAsync(Purpose.PersonalisedOffers.Name, given: true, version: 0);
        Assert.EndsWith("/my/purposes", Browser.Address.AbsolutePath);

        Assert.Empty((await ConsentsAsync()).History);
    }

    [Fact]
    public async Task Every_purpose_has_its_words_in_both_languages()
    {
        await SignInAsync();
        foreach (var language in (string[])["zh-CN", "en"])
        {
            await Browser.GoAsync(new Uri(Own("/purposes") + $"?lang={language}"));
            Assert.DoesNotContain("Purpose_", Text());
            Assert.DoesNotContain("PurposeText_", Text());
        }
    }

    private Task ChooseAsync(Purpose purpose) =>
        Browser.SubmitToAsync($"form:has(input[value={purpose.Name}])");

    private async Task PostAsync(string purpose, bool given, int version) =>
        await Browser.SubmitToAsync(
            $"form:has(input[value={Purpose.PersonalisedOffers.Name}])",
            ("Purpose", purpose),
            ("Given", given.ToString()),
            ("Version", version.ToString())
        );

    private async Task<PurposeConsents> ConsentsAsync()
    {
        var world = new World(Partner.SandboxNumber);
        var customer = await Shared
            .Server.Get<Store>()
            .FirstAsync(CustomerTables.Customers, world, $"1 = {1}");
        return await Shared.Server.Get<PurposeQueries>().FindAsync(world, customer!.Id);
    }
}
