using OpenBanking.Server.Applications;
using OpenBanking.Testing;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Opening an e-account through the API, from the encrypted person to the PIN.</summary>
public sealed class ApplicationTests(SharedServer shared) : ApplicationPageTests(shared)
{
    [Fact]
    public async Task A_person_confirms_by_code_sets_the_PIN_and_is_sent_back_to_the_app()
    {
        var made = await ApplyAsync();
        Assert.Equal((AccountApplicationStatus.IdentityVerifying, "api"), (made.Status, made.Channel));
        await Browser.GoAsync(new Uri(made.ContinuationUrl!));
        await WaitAsync(made.Id, AccountApplicationStatus.OtpPending);
        await ConfirmAsync(made);
        Assert.EndsWith("/pin", Browser.Address.AbsolutePath);
        var opened = await Partner.Client.AccountApplications.GetAsync(made.Id);
        Assert.Equal(AccountApplicationStatus.Opened, opened.Status);

        await Browser.SubmitAsync(("Pin", TestPartner.Pin), ("Again", TestPartner.Pin));

        Assert.EndsWith("/end", Browser.Address.AbsolutePath);
        Assert.Equal(
            $"{TestPartner.RedirectUri}?application_id={made.Id}",
            Browser.Page.QuerySelector("a.primary")!.GetAttribute("href")
        );
        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);
        var linked = await Partner.LinkAsync();
        Assert.Equal((opened.AccountId, opened.CustomerId), (linked.AccountId, linked.CustomerId));
        Assert.Equal(
            [
                EventTypes.AccountApplicationCreated,
                EventTypes.AccountApplicationIdentityVerifying,
                EventTypes.AccountApplicationOtpPending,
                EventTypes.AccountApplicationOpened,
            ],
            await EventsAsync(made.Id, EventTypes.AccountApplicationOpened)
        );
    }

    [Fact]
    public async Task Who_drops_out_goes_on_where_they_were_and_another_browser_must_prove_itself()
    {
        var made = await ToOtpAsync();
        await ConfirmAsync(made);
        await Browser.GoAsync(new Uri(made.ContinuationUrl!));
        Assert.EndsWith("/pin", Browser.Address.AbsolutePath);

        using var other = new Browser();
        foreach (var step in (string[])["", "/code", "/pin", "/verifying", "/end"])
        {
            await other.GoAsync(new Uri(made.ContinuationUrl + step));
            Assert.Equal(made.ContinuationUrl, other.Address.ToString());
            Assert.DoesNotContain(Person.Name, other.Content);
            Assert.DoesNotContain(Person.Mobile, other.Content);
        }

        // What was agreed to is not asked for again.
        Assert.Null(other.Page.QuerySelector("#Terms"));
        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);
        var codes = (await MessagesAsync()).Count;
        await other.SubmitAsync();
        await other.SubmitAsync(("Code", await CodeAsync(codes)));
        Assert.EndsWith("/pin", other.Address.AbsolutePath);
        await Browser.GoAsync(new Uri(made.ContinuationUrl!));
        Assert.EndsWith("/pin", Browser.Address.AbsolutePath);
    }

    [Fact]
    public async Task An_address_that_was_guessed_or_is_of_another_application_leads_nowhere()
    {
        var made = await ToOtpAsync();
        var address = made.ContinuationUrl!;
        foreach (
            var wrong in (string[])
                [
                    address[..^1] + (address[^1] == 'A' ? 'B' : 'A'),
                    address.Replace(made.Id, "apl_x", StringComparison.Ordinal),
                ]
        )
        {
            await Browser.GoAsync(new Uri(wrong));
            Assert.Equal("/bank/error?code=not_found", Browser.Address.PathAndQuery);
        }
    }

    [Theory]
    [InlineData(5, AccountApplicationReason.Age)]
    [InlineData(6, AccountApplicationReason.Risk)]
    public async Task The_sandbox_has_persons_whom_the_bank_rejects(
        int person,
        AccountApplicationReason reason
    )
    {
        var made = await ApplyAsync((await Partner.PersonsAsync())[person]);

        var rejected = await WaitAsync(made.Id, AccountApplicationStatus.Rejected);

        Assert.Equal(
            reason == AccountApplicationReason.Age
                ? ApplicationReasons.UnderMinimumAge
                : ApplicationReasons.DeclinedByBank,
            rejected.Reason
        );
        Assert.Null(rejected.ContinuationUrl);
        await Browser.GoAsync(new Uri(made.ContinuationUrl!));
        Assert.EndsWith("/end", Browser.Address.AbsolutePath);
        Assert.NotEmpty(Browser.Page.QuerySelector("[role=alert]")!.TextContent);
    }

    [Fact]
    public async Task The_same_person_under_one_key_is_one_application_and_another_person_is_refused()
    {
        var key = IdempotencyKey.FromOrder("application-1", "open");
        var first = await ApplyAsync(key: key);

        var again = await ApplyAsync(key: key);

        Assert.Equal((first.Id, true), (again.Id, again.Response!.IdempotencyReplayed));
        var persons = await Partner.PersonsAsync();
        var other = await Assert.ThrowsAsync<OpenBankingException>(() => ApplyAsync(persons[1], key));
        Assert.Equal(ProblemCodes.IdempotencyKeyReused, other.Code);
    }

    [Fact]
    public async Task What_is_wrong_with_a_person_is_said_by_field_and_without_the_person()
    {
        var refused = await Assert.ThrowsAsync<OpenBankingException>(() =>
            Partner.Client.AccountApplications.CreateAsync(
                new CreateAccountApplicationRequest
                {
                    Applicant = new Applicant
                    {
                        Name = "\u202e",
                        IdNumber = "999999199003070013",
                        Mobile = "29900000001",
                        CardNumber = "6222000000000000013",
                    },
                },
                IdempotencyKey.FromOrder("application-1", "open")
            )
        );

        Assert.Equal(ProblemCodes.InvalidRequest, refused.Code);
        Assert.Equal(
            ["/name", "/id_number", "/mobile", "/card_number"],
            refused.Errors.Select(error => error.Pointer["/encrypted_applicant".Length..])
        );
        Assert.DoesNotContain("9990030700", refused.ToString());
    }

    [Fact]
    public async Task Customers_are_sent_back_to_registered_addresses_alone()
    {
        var refused = await Assert.ThrowsAsync<OpenBankingException>(() =>
            ApplyAsync(returnUri: "https://thief.example/")
        );

        Assert.Equal("/return_uri", Assert.Single(refused.Errors).Pointer);
    }

    [Fact]
    public async Task Another_app_finds_nothing_and_the_app_finds_all_of_its_own()
    {
        var made = await ApplyAsync();
        var other = await Partner.NewAppAsync();

        var refused = await Assert.ThrowsAsync<OpenBankingException>(() =>
            other.Client.AccountApplications.GetAsync(made.Id)
        );

        Assert.Equal(ProblemCodes.NotFound, refused.Code);
        Assert.Empty(await other.Client.AccountApplications.ListAsync().ToListAsync());
        Assert.Equal(
            made.Id,
            Assert.Single(await Partner.Client.AccountApplications.ListAsync().ToListAsync()).Id
        );
    }

    [Fact]
    public async Task An_application_on_the_banks_pages_is_the_same_resource()
    {
        var linked = await Partner.LinkAsync();

        var application = Assert.Single(await Partner.Client.AccountApplications.ListAsync().ToListAsync());

        Assert.Equal(
            (AccountApplicationStatus.Opened, "hosted", linked.AccountId, null),
            (application.Status, application.Channel, application.AccountId, application.ContinuationUrl)
        );
    }

    [Fact]
    public async Task The_new_owner_of_a_number_never_reaches_the_accounts_of_the_one_before()
    {
        var before = await Partner.LinkAsync();
        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);
        // Whoever has the number now, and not the PIN, comes as far as the PIN.
        await Browser.GoAsync(await StartAsync([new AccountInformation()]));
        await SignInAsync(after: 1);
        Assert.EndsWith("/consent", Browser.Address.AbsolutePath);

        await Browser.SubmitAsync(("Pin", ""));
        Assert.NotEmpty(Browser.Page.QuerySelector("#pin-error")!.TextContent.Trim());
        await Browser.SubmitAsync(("Pin", "024680"));

        Assert.Contains("not your PIN", Browser.Page.QuerySelector("#pin-error")!.TextContent);
        Assert.Equal(
            before.AccountId,
            Assert.Single(await Partner.Client.AccountApplications.ListAsync().ToListAsync()).AccountId
        );
    }

    [Fact]
    public async Task Another_browser_is_told_that_the_account_is_there_and_waits_for_its_PIN()
    {
        var made = await ToOtpAsync();
        await ConfirmAsync(made);
        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);

        using var other = new Browser();
        await other.GoAsync(new Uri(made.ContinuationUrl!));
        Assert.Contains("Your account is open", other.Text());
        Assert.Contains("then you set the payment PIN", other.Text());
        Assert.DoesNotContain("nothing is opened", other.Text());
        Assert.Null(other.Page.QuerySelector("#WithImages"));

        await other.SubmitAsync(("Terms", "true"));
        await other.SubmitAsync(("Code", await CodeAsync(after: 1)));
        Assert.EndsWith("/pin", other.Address.AbsolutePath);
    }

    [Fact]
    public async Task An_application_names_the_class_of_the_account_that_it_came_to()
    {
        var (_, account) = await OpenWithoutPinAsync();

        // The account waits for its first PIN: whoever applies again goes on with it.
        var opened = await OpenAnotherAsync(AccountType.TypeTwo, after: 1);
        Assert.Equal((account, AccountType.TypeTwo), (opened.AccountId, opened.AccountType));
    }

    [Fact]
    public async Task The_first_PIN_puts_each_account_in_use_that_waits_for_it()
    {
        var (first, account) = await OpenWithoutPinAsync();

        // Another class was asked for: it is another account.
        var opened = await OpenAnotherAsync(AccountType.TypeThree, after: 1);
        Assert.NotEqual(account, opened.AccountId);
        Assert.Equal(AccountType.TypeThree, opened.AccountType);
        Assert.EndsWith("/pin", Browser.Address.AbsolutePath);
        await Browser.SubmitAsync(("Pin", TestPartner.Pin), ("Again", TestPartner.Pin));
        Assert.EndsWith("/end", Browser.Address.AbsolutePath);

        string?[] both = [account, opened.AccountId];
        Assert.Equal(both.Order(StringComparer.Ordinal), await ActiveAsync(2));
        await Browser.GoAsync(new Uri(first.ContinuationUrl!));
        Assert.EndsWith("/end", Browser.Address.AbsolutePath);
    }

    /// <summary>Applies and confirms by code, and goes no further.</summary>
    private async Task<(AccountApplication Application, string? AccountId)> OpenWithoutPinAsync()
    {
        var made = await ToOtpAsync();
        await ConfirmAsync(made);
        return (made, (await Partner.Client.AccountApplications.GetAsync(made.Id)).AccountId);
    }

    /// <summary>Applies once more, and confirms by code.</summary>
    private async Task<AccountApplication> OpenAnotherAsync(AccountType type, int after)
    {
        var again = await ApplyAsync(type: type);
        Assert.Equal(type, again.AccountType);
        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);
        await Browser.GoAsync(
            new Uri((await WaitAsync(again.Id, AccountApplicationStatus.OtpPending)).ContinuationUrl!)
        );
        await Browser.SubmitAsync(("Terms", "true"));
        await Browser.SubmitAsync(("Code", await CodeAsync(after)));
        return await Partner.Client.AccountApplications.GetAsync(again.Id);
    }

    /// <summary>The accounts of which the app was told that they are in use, once there are as many.</summary>
    private async Task<IReadOnlyList<string?>> ActiveAsync(int count)
    {
        for (var tries = 0; ; tries++)
        {
            var active = await Partner
                .Client.Events.ListAsync()
                .Where(told => told.Type == EventTypes.AccountActive)
                .Select(told => told.Data.AccountId)
                .ToListAsync();
            if (active.Count >= count || tries == 200)
            {
                return [.. active.Order(StringComparer.Ordinal)];
            }

            await Task.Delay(50);
        }
    }

    /// <summary>One number is the customer's: with two, the old one would let its next owner in by its codes.</summary>
    [Fact]
    public async Task An_application_with_another_number_makes_it_the_customers_and_tells_the_old_one()
    {
        var linked = await Partner.LinkAsync();
        var moved = Person with { Mobile = "1991" + Person.Mobile[4..] };
        var waiting = await WaitAsync((await ApplyAsync(moved)).Id, AccountApplicationStatus.OtpPending);
        using var visitor = new BankCustomer(moved, Partner.MessagesUrl, TestPartner.Pin);
        await visitor.ContinueAsync(new Uri(waiting.ContinuationUrl!));

        var opened = await Partner.Client.AccountApplications.GetAsync(waiting.Id);
        Assert.Equal(linked.CustomerId, opened.CustomerId);
        Assert.Equal(
            $"[Sample Bank] Your mobile number was changed to 199****{moved.Mobile[^4..]}. This number signs in no more. "
                + "If this was not you, call us at once.",
            await NewestAsync(Person.Mobile, "was changed")
        );
        Assert.NotNull(await NewestAsync(moved.Mobile, "This is your mobile number at our bank from now on"));

        // To the old number the bank is a bank where it has no account.
        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);
        await Browser.GoAsync(new Uri(Shared.Server.Address, $"/bank/{Partner.SandboxNumber}/my"));
        await SignInAsync((await MessagesAsync()).Count);
        Assert.EndsWith("/my/no-account", Browser.Address.AbsolutePath);
    }

    /// <summary>On the bank's pages, before a first PIN was set: it comes with the number that is proven last.</summary>
    [Fact]
    public async Task Who_set_no_PIN_goes_on_with_another_number_and_has_all_accounts_in_use()
    {
        var (first, account) = await OpenWithoutPinAsync();
        var old = Person;
        Person = Person with { Mobile = "1991" + Person.Mobile[4..] };

        await Browser.GoAsync(await StartAsync());
        await SignInAsync();
        await IdentifyAsync(Person.Name, Person.IdNumber, Person.CardNumber);
        Assert.EndsWith("/pin", Browser.Address.AbsolutePath);
        await Browser.SubmitAsync(("Pin", TestPartner.Pin), ("Again", TestPartner.Pin));
        Assert.EndsWith("/consent", Browser.Address.AbsolutePath);

        Assert.Contains(account, await ActiveAsync(2));
        Assert.NotNull(await NewestAsync(old.Mobile, "199****"));
        // With the old number nobody sets a PIN, nor reads of the account.
        using var other = new Browser();
        await Shared.Server.EndPauseAsync(Partner, old.Mobile);
        await other.GoAsync(new Uri(first.ContinuationUrl!));
        Assert.EndsWith("/end", other.Address.AbsolutePath);
        Assert.DoesNotContain(Person.Name, other.Content);
    }

    private async Task<string?> NewestAsync(string mobile, string saying)
    {
        for (var tries = 0; tries < 200; tries++)
        {
            var messages = await Partner.MessagesAsync(mobile);
            if (messages.FirstOrDefault(message => message.Text.Contains(saying)) is { } found)
            {
                return found.Text;
            }

            await Task.Delay(25);
        }

        return null;
    }

    [Fact]
    public async Task The_new_owner_of_a_number_sets_no_PIN_for_the_one_before()
    {
        var made = await ToOtpAsync();
        await ConfirmAsync(made);
        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);

        using var other = new Browser();
        await other.GoAsync(await StartAsync());
        await other.SubmitAsync(("Mobile", Person.Mobile));
        await other.SubmitAsync(("Code", await CodeAsync(after: 1)));

        Assert.EndsWith("/identity", other.Address.AbsolutePath);
    }

    [Fact]
    public async Task A_day_later_there_is_nothing_to_go_on_with()
    {
        var made = await ToOtpAsync();
        await LetADayPassAsync(made.Id);

        var expired = await WaitAsync(made.Id, AccountApplicationStatus.Expired);
        await Shared.Server.Get<ApplicationExpiry>().RunOnceAsync();

        Assert.Equal(
            (ApplicationReasons.NotConfirmedInTime, null),
            (expired.Reason, expired.ContinuationUrl)
        );
        await Browser.GoAsync(new Uri(made.ContinuationUrl!));
        Assert.EndsWith("/end", Browser.Address.AbsolutePath);
        Assert.Single(
            await EventsAsync(made.Id, EventTypes.AccountApplicationExpired),
            type => type == EventTypes.AccountApplicationExpired
        );
    }
}

/// <summary>Why the sandbox rejects.</summary>
public enum AccountApplicationReason
{
    Age,
    Risk,
}
