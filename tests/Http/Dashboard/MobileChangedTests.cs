using Microsoft.Extensions.DependencyInjection;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Sandbox;
using Xunit;

namespace OpenBanking.Tests.Http.Dashboard;

/// <summary>What was begun with a mobile number, and is under way when another takes its place.</summary>
public sealed class MobileChangedTests : MobilePageTests
{
    private readonly Gate gate;

    public MobileChangedTests()
        : this(new Gate()) { }

    private MobileChangedTests(Gate gate)
        : base(
            new SharedServer(builder =>
                builder.Services.AddSingleton<IIdentityVerification>(services =>
                    gate.Before(services.GetRequiredService<SandboxOutside>())
                )
            )
        ) => this.gate = gate;

    public override async ValueTask InitializeAsync()
    {
        await Shared.InitializeAsync();
        Partner = await Shared.NewPartnerAsync();
        Person = (await Partner.PersonsAsync())[0];
        Customer = await Partner.LinkTypeThreeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Shared.DisposeAsync();
    }

    [Fact]
    public async Task Cards_upgrades_a_forgotten_PIN_applications_and_other_sessions_end_with_it()
    {
        var application = await VerifiedAsync(await ApplyAsync());
        using var elsewhere = new Browser();
        await SignInAsync(elsewhere, Person);
        using var forgetful = new Browser();
        await EnterMobileAsync(forgetful, Person);
        await forgetful.SubmitAsync(("Code", await CodeAsync(Person)));
        await SignInAsync();
        await FollowAsync("Type III e-account");
        var account = Browser.Address;

        gate.Hold(Person.Mobile);
        await forgetful.GoAsync(Own("/pin-reset"));
        await forgetful.SubmitAsync(
            ("IdNumber", Person.IdNumber),
            ("CardNumber", Person.CardNumber),
            ("Pin", "864209"),
            ("Again", "864209")
        );
        await FollowAsync("Make it a Type II account");
        await Browser.SubmitAsync(
            ("IdNumber", Person.IdNumber),
            ("CardNumber", Person.CardNumber),
            ("Pin", TestPartner.Pin)
        );
        await Browser.GoAsync(new($"{account}/cards/new"));
        var second = (await Partner.PersonsAsync())
            .Where(person => person.IdNumber == Person.IdNumber)
            .ElementAt(1);
        await Browser.SubmitAsync(("CardNumber", second.CardNumber), ("Pin", TestPartner.Pin));
        await gate.HeldAsync(3);

        await Browser.GoAsync(Own("/mobile"));
        await BeginAsync(Moved.Mobile, Person.CardNumber, TestPartner.Pin);
        await EnterCodeAsync(await ChangeCodeAsync(Moved));
        await WaitAsync();
        Assert.Contains("Your mobile number is changed", Text());
        gate.Open();

        foreach (var page in (string[])[$"{account}/upgrade", $"{account}/cards"])
        {
            await ReadAsync(new(page), "your mobile number was changed meanwhile");
        }

        var kept = await Partner.Client.Accounts.GetAsync(Customer.CustomerId, Customer.AccountId!);
        Assert.Equal(AccountType.TypeThree, kept.Type);
        Assert.DoesNotContain(second.CardNumber[^4..], Text());
        foreach (var ended in (Browser[])[elsewhere, forgetful])
        {
            await ended.GoAsync(Own());
            Assert.EndsWith("/my/sign-in", ended.Address.AbsolutePath);
        }

        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);
        Assert.Equal(
            (AccountApplicationStatus.Rejected, ApplicationReasons.MobileChanged),
            await ConfirmAsync(application)
        );
        // With the PIN as it was.
        using var anew = new Browser();
        await SignInAsync(anew, Moved);
    }

    [Fact]
    public async Task An_application_of_somebody_who_is_still_being_verified_opens_nothing_under_the_old_number()
    {
        gate.Hold(Person.Mobile);
        var application = await ApplyAsync();
        await gate.HeldAsync(1);
        await SignInAsync();
        await Browser.GoAsync(Own("/mobile"));
        await BeginAsync(Moved.Mobile, Person.CardNumber, TestPartner.Pin);
        await EnterCodeAsync(await ChangeCodeAsync(Moved));
        await WaitAsync();
        Assert.Contains("Your mobile number is changed", Text());
        var meanwhile = await Partner.Client.AccountApplications.GetAsync(application.Id);
        Assert.Equal(AccountApplicationStatus.IdentityVerifying, meanwhile.Status);

        gate.Open();
        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);

        Assert.Equal(
            (AccountApplicationStatus.Rejected, ApplicationReasons.MobileChanged),
            await ConfirmAsync(await VerifiedAsync(application))
        );
        Assert.Single((await Partner.Client.Accounts.ListAsync(Customer.CustomerId)).Data);
    }

    /// <summary>Loads a page until it says something.</summary>
    private async Task ReadAsync(Uri page, string saying)
    {
        await Browser.GoAsync(page);
        for (var i = 0; i < 400 && !Text().Contains(saying); i++)
        {
            await Task.Delay(50);
            await Browser.GoAsync(page);
        }

        Assert.Contains(saying, Text());
    }

    /// <summary>An application for another account.</summary>
    private Task<AccountApplication> ApplyAsync() =>
        Partner.Client.AccountApplications.CreateAsync(
            new CreateAccountApplicationRequest
            {
                Applicant = new()
                {
                    Name = Person.Name,
                    IdNumber = Person.IdNumber,
                    Mobile = Person.Mobile,
                    CardNumber = Person.CardNumber,
                },
            },
            IdempotencyKey.FromOrder("application", "open")
        );

    /// <summary>Waits until it waits for the code.</summary>
    private async Task<AccountApplication> VerifiedAsync(AccountApplication made)
    {
        for (var i = 0; i < 400 && made.Status != AccountApplicationStatus.OtpPending; i++)
        {
            await Task.Delay(25);
            made = await Partner.Client.AccountApplications.GetAsync(made.Id);
        }

        return made;
    }

    private async Task<(AccountApplicationStatus, string?)> ConfirmAsync(AccountApplication application)
    {
        using var applicant = new Browser();
        await applicant.GoAsync(new Uri(application.ContinuationUrl!));
        var before = await NewestAsync(Person);
        await applicant.SubmitAsync(("Terms", "true"));
        await applicant.SubmitAsync(("Code", CodeIn(await NewerAsync(Person, before))));
        var ended = await Partner.Client.AccountApplications.GetAsync(application.Id);
        return (ended.Status, ended.Reason);
    }

    /// <summary>Keeps what is asked about one mobile number until it is opened.</summary>
    private sealed class Gate : IIdentityVerification
    {
        private readonly TaskCompletionSource opened = new(
            TaskCreationOptions.RunContinuationsAsynchronously
        );
        private readonly SemaphoreSlim held = new(0);
        private IIdentityVerification outside = null!;
        private volatile string? mobile;

        public Gate Before(IIdentityVerification port)
        {
            outside = port;
            return this;
        }

        public void Hold(string number) => mobile = number;

        /// <summary>Waits until so many are kept.</summary>
        public async Task HeldAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                Assert.True(await held.WaitAsync(TimeSpan.FromSeconds(30)));
            }
        }

        public void Open() => opened.SetResult();

        public async Task<OutsideAnswer> VerifyAsync(
            Reference reference,
            FiveElements elements,
            CancellationToken cancellationToken
        )
        {
            if (elements.Mobile == mobile)
            {
                held.Release();
                await opened.Task.WaitAsync(cancellationToken);
            }

            return await outside.VerifyAsync(reference, elements, cancellationToken);
        }

        public Task<string> BankOfAsync(
            Reference reference,
            string cardNumber,
            CancellationToken cancellationToken
        ) => outside.BankOfAsync(reference, cardNumber, cancellationToken);

        public Task<OutsideAnswer?> FindAsync(Reference reference, CancellationToken cancellationToken) =>
            outside.FindAsync(reference, cancellationToken);
    }
}
