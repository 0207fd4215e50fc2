using System.Text.RegularExpressions;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Worlds;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>What tests of applications share.</summary>
public abstract class ApplicationPageTests(SharedServer shared) : BankPageTests(shared)
{
    private int made;

    protected Task<AccountApplication> ApplyAsync(
        SandboxPerson? person = null,
        IdempotencyKey? key = null,
        string? returnUri = null,
        AccountType? type = null
    )
    {
        var applicant = person ?? Person;
        return Partner.Client.AccountApplications.CreateAsync(
            new CreateAccountApplicationRequest
            {
                Applicant = new Applicant
                {
                    Name = applicant.Name,
                    IdNumber = applicant.IdNumber,
                    Mobile = applicant.Mobile,
                    CardNumber = applicant.CardNumber,
                },
                ReturnUri = returnUri ?? TestPartner.RedirectUri.ToString(),
                AccountType = type,
            },
            key ?? IdempotencyKey.FromOrder($"application-{++made}", "open")
        );
    }

    protected async Task<AccountApplication> WaitAsync(string id, AccountApplicationStatus status)
    {
        for (var tries = 0; tries < 200; tries++)
        {
            var application = await Partner.Client.AccountApplications.GetAsync(id);
            if (application.Status == status)
            {
                return application;
            }

            await Task.Delay(25);
        }

        throw new InvalidOperationException($"{id} did not become {status}.");
    }

    /// <summary>The types of an application's events, once the last one has its place among them.</summary>
    protected async Task<IReadOnlyList<string>> EventsAsync(string id, string last)
    {
        for (var tries = 0; tries < 200; tries++)
        {
            var types = await Partner
                .Client.Events.ListAsync()
                .Where(told => told.Data.ApplicationId == id)
                .Select(told => told.Type)
                .ToListAsync();
            if (types.Contains(last))
            {
                return types;
            }

            await Task.Delay(50);
        }

        throw new InvalidOperationException($"{id} has no {last}.");
    }

    protected async Task<AccountApplication> ToOtpAsync() =>
        await WaitAsync((await ApplyAsync()).Id, AccountApplicationStatus.OtpPending);

    protected async Task ConfirmAsync(AccountApplication application)
    {
        await Browser.GoAsync(new Uri(application.ContinuationUrl!));
        await Browser.SubmitAsync(("Terms", "true"));
        await Browser.SubmitAsync(("Code", await CodeAsync()));
    }

    /// <summary>What was sent to the person's card, in yuan, as the card's bank writes it.</summary>
    protected async Task<string> AmountAsync() =>
        (await MessagesAsync())
            .Select(message =>
                Regex.Match(message.Text, "0[.][0-9]{2}", RegexOptions.None, TimeSpan.FromSeconds(1))
            )
            .First(match => match.Success)
            .Value;

    /// <summary>As if the application had been made a day earlier.</summary>
    protected Task LetADayPassAsync(string id)
    {
        Assert.True(Id<AccountApplicationRow>.TryParse(id, out var application));
        return Shared
            .Server.Get<Engine>()
            .SubmitAsync(new LetADayPass(new(Partner.SandboxNumber), DateTimeOffset.UtcNow, application));
    }

    private sealed record LetADayPass(World World, DateTimeOffset Now, Id<AccountApplicationRow> Id)
        : Command<Done>(World, Now)
    {
        public override void Keys(IKeySet keys) => keys.Want(ApplicationTables.Applications, Id);

        public override Decision<Done> Decide(Book book)
        {
            var application = book.Get(ApplicationTables.Applications, Id);
            book.Update(
                ApplicationTables.Applications,
                application with
                {
                    ExpiresAt = application.ExpiresAt - ApplicationRules.Lifetime,
                }
            );
            return Decision.Accept(new Done());
        }
    }
}
