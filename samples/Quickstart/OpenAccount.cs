namespace OpenBanking.Samples.Quickstart;

/// <summary>Opens an e-account for a person the partner knows, as the documents quote it.</summary>
public static class OpenAccount
{
    public static async Task<AccountApplication> RunAsync(
        OpenBankingClient client,
        Applicant person,
        string requestNo,
        Uri redirectUri
    )
    {
        // csharpier-ignore-start
        // <open_account>
        // The client encrypts the person to the bank's key; keep nothing of them in your own logs.
        var application = await client.AccountApplications.CreateAsync(
            new CreateAccountApplicationRequest
            {
                Applicant = person,                   // name, ID number, mobile number, card number
                ReturnUri = redirectUri.ToString(),   // one that the app has registered
            },
            IdempotencyKey.FromOrder(requestNo, "open"));

        // Send the customer there, in their own browser: they confirm by one-time code and set their PIN.
        Console.WriteLine(application.ContinuationUrl);
        // </open_account>
        // csharpier-ignore-end
        return application;
    }

    public static async Task<AccountApplication> LookAsync(OpenBankingClient client, string applicationId)
    {
        // csharpier-ignore-start
        // <look_at_application>
        var application = await client.AccountApplications.GetAsync(applicationId);
        Console.WriteLine(application.Reason is { } reason
            ? $"{application.Status}: {ApplicationReasons.Catalogue.First(entry => entry.Code == reason).PartnerAdvice}"
            : $"{application.Status}: {application.AccountId ?? application.ContinuationUrl}");
        // </look_at_application>
        // csharpier-ignore-end
        return application;
    }
}
