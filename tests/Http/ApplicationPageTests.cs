namespace OpenBanking.Tests.Http;

/// <summary>What tests of applications share.</summary>
public abstract class ApplicationPageTests(SharedServer shared) : BankPageTests(shared)
{
    private int made;

    protected Task<AccountApplication> ApplyAsync(
        SandboxPerson? person = null,
        IdempotencyKey? key = null,
        string? returnUri = null
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

    protected async Task<AccountApplication> ToOtpAsync() =>
        await WaitAsync((await ApplyAsync()).Id, AccountApplicationStatus.OtpPending);

    protected async Task ConfirmAsync(AccountApplication application)
    {
        await Browser.GoAsync(new Uri(application.ContinuationUrl!));
        await Browser.SubmitAsync(("Terms", "true"));
        await Browser.SubmitAsync(("Code", await CodeAsync()));
    }
}
