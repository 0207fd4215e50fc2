using System.Text.Json;
using OpenBanking.Server;
using OpenBanking.Server.Cases;
using OpenBanking.Server.CommandLine;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;
using Xunit;

namespace OpenBanking.Tests.Http.Dashboard;

/// <summary>Complaints about transactions, from the customer's pages to the bank's answer.</summary>
public sealed class OwnCaseTests(SharedServer shared) : OwnPageTests(shared)
{
    private const string Clerk = "Lin Xia";

    private IServiceProvider Services => Shared.Server.Services;

    [Fact]
    public async Task A_top_up_has_no_payee_to_complain_about()
    {
        await SignInAsync();
        await OpenAccountAsync();
        await FollowAsync("Complain");
        Assert.Contains("Amount+¥100.00 Through the appTest App Time", Text());
        Assert.DoesNotContain("Payee", Text());
        await FollowAsync("中文");
        Assert.Contains("发起应用Test App", Text());
        Assert.DoesNotContain("收款方", Text());
    }

    [Fact]
    public async Task A_complaint_goes_to_the_bank_and_its_answer_comes_back()
    {
        await Partner.PayAsync(Customer, "order-1", Money.Yuan(19.90m));
        await SignInAsync();
        await OpenAccountAsync();
        await FollowAsync("Complain");
        Assert.Contains("−¥19.90", Text());
        Assert.Contains("Test App", Text());
        await Browser.SubmitAsync(("Kind", ""), ("Text", ""));
        Assert.Contains("Choose what it is about.", Text());
        Assert.Contains("Write what happened", Text());
        await ComplainAsync("");
        Assert.DoesNotContain("Choose what it is about.", Text());
        Assert.Contains("Write what happened", Text());
        await Browser.SubmitAsync(("Text", "Nothing was chosen."));
        Assert.Contains("Choose what it is about.", Text());
        await Browser.SubmitAsync(("Kind", "Nonsense"), ("Text", "Nothing was chosen."));
        Assert.Contains("Choose what it is about.", Text());

        await ComplainAsync("I was\u202Easleep.");
        Assert.Contains("none of them hidden", Text());

        await ComplainAsync("I was asleep.\r\n<script>");

        Assert.EndsWith("/my/cases", Browser.Address.AbsolutePath);
        Assert.Contains("We have got it", Text());
        Assert.Contains("I was asleep. <script>", Text());
        Assert.Contains("−¥19.90 · Test App", Text());
        Assert.Contains("Transaction of ", Text());
        var row = await CaseAsync();
        Assert.DoesNotContain("asleep", System.Text.Encoding.UTF8.GetString(row.Text));
        Assert.Contains($"{row.Id} in world {Partner.SandboxNumber}: NotMine, Open", await ListedAsync());

        var (taken, shown) = await CaseCommands.TakeAsync(Services, row.Id.ToString(), Clerk);
        Assert.True(taken);
        Assert.Contains("I was asleep.\n<script>", shown);
        Assert.Contains("line 2", shown);
        Assert.Matches(
            "\nPayment −¥19[.]90 at 20[0-9-]+ [0-9:]+ in Beijing, payee Test App, by the app Test App\n",
            shown
        );
        Assert.Contains($"InProgress since", await ListedAsync());
        Assert.Contains($"by {Clerk}", await ListedAsync());
        await Browser.GoAsync(Own("/cases"));
        Assert.Contains("We are looking into it", Text());

        Assert.False((await CaseCommands.AnswerAsync(Services, row.Id.ToString(), Clerk, " ")).Done);
        foreach (var (hidden, name) in ((string, string)[])[("\a", "U+0007"), ("\u202E", "U+202E")])
        {
            Assert.Equal(
                (
                    false,
                    $"An answer has no control characters, and none that hide or turn what is around them: take out {name}."
                ),
                await CaseCommands.AnswerAsync(Services, $"{row.Id}", Clerk, $"We{hidden} give")
            );
        }

        Assert.True(
            (await CaseCommands.AnswerAsync(Services, row.Id.ToString(), Clerk, "We give it back.\n")).Done
        );

        var message = await MessageAsync(Person, $"We have answered your case {row.Id}.");
        Assert.DoesNotContain("give it back", message);
        await Browser.GoAsync(Own("/cases"));
        Assert.Contains("We give it back.", Text());
        var answered = Browser.Address;
        await FollowAsync("Not settled? Write to us again");
        Assert.Contains("Complain about a transaction", Text());
        Assert.Contains("−¥19.90", Text());
        await Browser.GoAsync(answered);
        Assert.DoesNotContain($"{row.Id}", await ListedAsync());
        Assert.False((await CaseCommands.TakeAsync(Services, row.Id.ToString(), Clerk)).Done);
        Assert.False((await CaseCommands.AnswerAsync(Services, row.Id.ToString(), Clerk, "Twice.")).Done);

        await Browser.SubmitAsync();
        Assert.Contains("Closed", Text());
        Assert.DoesNotContain("Not settled?", Text());
        Assert.DoesNotContain("You took it back", Text());
        await Browser.GoAsync(Own("/data.json"));
        using var copy = JsonDocument.Parse(Browser.Content);
        var found = copy.RootElement.GetProperty("cases").EnumerateArray().Single();
        Assert.Equal(
            ("I was asleep.\n<script>", "We give it back.", "closed"),
            (
                found.GetProperty("text").GetString(),
                found.GetProperty("answer").GetString(),
                found.GetProperty("status").GetString()
            )
        );
    }

    [Fact]
    public async Task A_customer_has_so_many_complaints_at_once_and_may_take_one_back()
    {
        await Partner.PayAsync(Customer, "order-1", Money.Yuan(1));
        await SignInAsync();
        await Browser.GoAsync(Own("/payments"));
        await FollowAsync("Complain");
        var form = Browser.Address;
        for (var i = 0; i < CaseRules.MostOpen; i++)
        {
            await Browser.GoAsync(form);
            await ComplainAsync($"Number {i}");
        }

        await Browser.GoAsync(form);
        await ComplainAsync("One more");
        Assert.Contains("5 of your cases wait for an answer", Text());

        await Browser.GoAsync(Own("/cases"));
        Assert.Contains("−¥1.00 · Test App", Text());
        await Browser.SubmitAsync();
        Assert.Contains("You took it back", Text());
        Assert.DoesNotContain("Closed", Text());
        await Browser.GoAsync(form);
        await ComplainAsync("One more");
        Assert.Contains("One more", Text());
    }

    [Fact]
    public async Task A_form_that_is_sent_twice_opens_one_case()
    {
        await SignInAsync();
        await OpenAccountAsync();
        await FollowAsync("Complain");
        await TapTwiceAsync(null, ("Kind", nameof(CaseKind.NotMine)), ("Text", "Once"));
        Assert.EndsWith("/my/cases", Browser.Address.AbsolutePath);
        await Browser.GoAsync(Own("/correct-name"));
        await TapTwiceAsync(null, ("Name", "张伟明"), ("Text", "A letter is missing."));

        Assert.Equal(2, Browser.Page.QuerySelectorAll(".grants > li").Length);

        // The form of somebody else opens none.
        var form = (await CaseAsync()).Id.Value.ToString();
        await Partner.LinkAsync(1);
        using var stranger = new Browser();
        await SignInAsync(stranger, (await Partner.PersonsAsync())[1]);
        await stranger.GoAsync(Own("/correct-name"));
        await stranger.SubmitAsync(("Form", form), ("Name", "李娜娜"), ("Text", "A letter is missing."));
        Assert.Contains("This cannot be done now.", Text(stranger));
        await stranger.GoAsync(Own("/cases"));
        Assert.Contains("You have sent none.", Text(stranger));
    }

    [Fact]
    public async Task Nobody_complains_about_what_is_not_theirs_or_reads_what_others_wrote()
    {
        var payment = await Partner.PayAsync(Customer, "order-1", Money.Yuan(1));
        var other = (await Partner.PersonsAsync())[1];
        await Partner.LinkAsync(1);
        await SignInAsync();
        await OpenAccountAsync();
        await FollowAsync("Complain");
        var form = Browser.Address;
        await ComplainAsync("Mine");
        var row = await CaseAsync();

        using var browser = new Browser();
        await SignInAsync(browser, other);
        await browser.GoAsync(form);
        Assert.EndsWith("/bank/error", browser.Address.AbsolutePath);
        foreach (
            var about in (string[])[payment.Id, "acct_1/1", "pay_1", $"{payment.Id}/99999999999999999999"]
        )
        {
            await browser.GoAsync(Own($"/complain/{about}"));
            Assert.EndsWith("/bank/error", browser.Address.AbsolutePath);
        }

        await browser.GoAsync(Own("/cases"));
        Assert.Contains("You have sent none.", Text(browser));
        await browser.GoAsync(Own("/new-pin"));
        var fields = browser.HiddenFields().Append(KeyValuePair.Create("Id", row.Id.ToString())).ToList();
        using var refused = await browser.PostAsync(Own("/cases"), fields);
        Assert.Contains("/bank/error", refused.Headers.Location!.ToString());
        Assert.Equal(CaseState.Open, (await CaseAsync()).State);
    }

    [Fact]
    public async Task A_name_is_corrected_once_the_bank_has_seen_the_papers()
    {
        await SignInAsync();
        await FollowAsync("Correct your name");
        await Browser.SubmitAsync(("Name", ""), ("Text", ""));
        Assert.Contains("Enter a name", Text());
        await Browser.SubmitAsync(("Name", "张伟😀"), ("Text", "A smile is missing."));
        Assert.Contains("Enter a name of 1 to 50 letters.", Text());
        await Browser.SubmitAsync(("Name", Person.Name), ("Text", "All is well."));
        Assert.Contains("This is the name we have.", Text());
        await Browser.SubmitAsync(("Name", "张伟明"), ("Text", "A letter is missing."));
        Assert.Contains("New name: 张伟明", Text());
        var row = await CaseAsync();
        Assert.Contains(
            "new name: 张伟明",
            (await CaseCommands.TakeAsync(Services, $"{row.Id}", Clerk)).Text
        );

        Assert.Equal(
            (true, $"corrected: {row.Id}"),
            await CaseCommands.CorrectAsync(Services, $"{row.Id}", Clerk)
        );

        await MessageAsync(Person, $"We have answered your case {row.Id}.");
        await Browser.GoAsync(Own("/cases"));
        Assert.Contains("corrected your name", Text());
        await Browser.GoAsync(Own("/data.json"));
        Assert.Contains("\"name\": \"张伟明\"", Browser.Content);
        Assert.False((await CaseCommands.CorrectAsync(Services, $"{row.Id}", Clerk)).Done);
        Assert.False((await CaseCommands.CorrectAsync(Services, "case_1", Clerk)).Done);
    }

    [Fact]
    public async Task A_corrected_name_is_answered_in_the_language_of_its_case()
    {
        await SignInAsync();
        await FollowAsync("中文");
        await FollowAsync("更正姓名");
        await Browser.SubmitAsync(("Name", "张伟明"), ("Text", "少了一个字。"));
        var row = await CaseAsync();

        Assert.True((await CaseCommands.CorrectAsync(Services, $"{row.Id}", Clerk)).Done);

        await MessageAsync(Person, $"{row.Id}");
        await Browser.GoAsync(Own("/cases"));
        Assert.Contains("我们已核验您的证件，姓名已更正。", Text());
    }

    [Fact]
    public async Task The_bank_is_told_what_is_no_case()
    {
        Assert.Equal(
            (false, "There is no case case_1."),
            await CaseCommands.TakeAsync(Services, "case_1", Clerk)
        );
        Assert.Equal(
            (false, "There is no case case_1."),
            await CaseCommands.AnswerAsync(Services, "case_1", Clerk, "Yes.")
        );
        Assert.Throws<WrongSettingException>(() => ServerCommands.Configured(["take-case", "case_1"]));
        Assert.Throws<WrongSettingException>(() => ServerCommands.Configured(["answer-case"]));
        Assert.Equal(
            ["--Storage:Provider=Sqlite", "--Storage:MustExist=true"],
            ServerCommands.Configured(["answer-case", "case_1", "by=Lin", "--Storage:Provider=Sqlite"])
        );
    }

    private Task ComplainAsync(string text) =>
        Browser.SubmitAsync(("Kind", nameof(CaseKind.NotMine)), ("Text", text));

    private Task OpenAccountAsync()
    {
        var link = Browser.Page.QuerySelector("a.account")!.GetAttribute("href");
        return Browser.GoAsync(new Uri(Browser.Address, link));
    }

    private async Task<CaseRow> CaseAsync() =>
        (
            await Shared
                .Server.Get<Store>()
                .FirstAsync(CaseTables.Cases, new World(Partner.SandboxNumber), $"1 = {1}")
        )!;

    private async Task<string> ListedAsync() =>
        string.Join(
            '\n',
            (await CaseCommands.ListAsync(Services)).Where(line =>
                line.Contains($"in world {Partner.SandboxNumber}:")
            )
        );
}
