using OpenBanking.Server.Accounts;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.CommandLine;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Fees;
using OpenBanking.Server.Http;
using OpenBanking.Server.Http.OpenApi;
using OpenBanking.Server.Pages;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Payouts;
using OpenBanking.Server.Refunds;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.SubMerchants;
using OpenBanking.Server.TopUps;
using OpenBanking.Server.Webhooks;

namespace OpenBanking.Server;

/// <summary>The server's table of contents.</summary>
public static class Program
{
    /// <summary>A switch of migrate. It has no value, where settings of the command line have one.</summary>
    private const string PlanOnly = "--plan";

    public static Task<int> Main(string[] args) => RunAsync(args);

    /// <summary>The whole program, with all its commands. What keeps a command from starting is said in one sentence.</summary>
    /// <param name="configure">What a host of its own adds or replaces: a bank registers its adapters here.</param>
    public static async Task<int> RunAsync(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        if (Usage.IsAsked(args))
        {
            return Usage.Write();
        }

        try
        {
            SettingNames.RequireNoneUnread(Environment.CurrentDirectory, AppContext.BaseDirectory);
            if (args is ["migrate", .. var more])
            {
                var settings = ServerCommands.SettingsOfMigrate(more, PlanOnly);
                var configuration = NewBuilder(settings).Configuration;
                SettingNames.Check(configuration);
                LogLevels.Check(configuration);
                return ServerCommands.Migrate(configuration, planOnly: settings.Length < more.Length);
            }

            await using var app = Build(ServerCommands.Configured(args), configure);
            return args switch
            {
                ["verify-books", ..] => await app.VerifyBooksAsync(),
                ["verify-audit", ..] => await app.VerifyAuditAsync(),
                ["resolve-finding", var id, ..] => await app.ResolveFindingAsync(id),
                [AccountCommands.Freeze, var id, ..] => await app.SetFreezeAsync(id, frozen: true),
                [AccountCommands.Unfreeze, var id, ..] => await app.SetFreezeAsync(id, frozen: false),
                [FeeCommands.Set, var owner, .. var words] => await app.SetFeesAsync(owner, words),
                [CampaignCommands.Settle, var id, ..] => await app.SettleCampaignAsync(id),
                [PayoutCommands.PayOut, ..] => await app.PayOutAsync(),
                [TransferCommands.Outstanding, ..] => await app.ListOutstandingAsync(),
                [TransferCommands.Resolve, var id, var outcome, ..] => await app.ResolveTransferAsync(
                    id,
                    outcome
                ),
                [TransferCommands.Retry, var id, ..] => await app.RetryWithdrawalAsync(id),
                [CaseCommands.List, ..] => await app.ListCasesAsync(),
                [CaseCommands.Take, var id, .. var words] => await app.TakeCaseAsync(id, words),
                [CaseCommands.Answer, var id, .. var words] => await app.AnswerCaseAsync(id, words),
                [CaseCommands.Correct, var id, .. var words] => await app.CorrectNameAsync(id, words),
                [CustomerCommands.Release, var id, var mobile, ..] => await app.ReleaseNumberAsync(
                    id,
                    mobile
                ),
                [ImageCommands.Write, var account, var folder, ..] => await app.WriteImagesAsync(
                    account,
                    folder
                ),
                [CustomerCommands.Find, var mobile, ..] => await app.FindCustomerAsync(mobile),
                ["openapi", ServerCommands.OlderOpenApi, ..] => await app.WriteOpenApiAsync(older: true),
                ["openapi", ..] => await app.WriteOpenApiAsync(older: false),
                [PartnerCommands.List, ..] => await app.PartnersAsync(PartnerCommands.List, word: null),
                [
                    PartnerCommands.RegisterPartner
                    or PartnerCommands.RegisterApp
                    or PartnerCommands.ShowApp
                    or PartnerCommands.ChangeApp
                    or PartnerCommands.EndApp,
                    var word,
                    ..,
                ] => await app.PartnersAsync(args[0], word),
                ["keys", .. var words] => await app.KeysAsync(words),
                _ => await app.ServeAsync(),
            };
        }
        catch (Exception failure) when (ServerCommands.WhyNotProven(args, failure) is { } why)
        {
            Console.WriteLine(why);
            return ServerCommands.Failed;
        }
        catch (Exception failure) when (ServerCommands.WhyNotStarted(failure) is { } why)
        {
            await Console.Error.WriteLineAsync(why);
            return ServerCommands.CannotStart;
        }
    }

    /// <param name="configure">What a host of its own, such as a test or a bank, adds or replaces.</param>
    /// <param name="argumentsAlone">Whether nothing but the arguments sets anything: no environment variable and no file, which are
    /// of another program where the server runs inside it.</param>
    public static WebApplication Build(
        string[] args,
        Action<WebApplicationBuilder>? configure = null,
        bool argumentsAlone = false
    )
    {
        var builder = NewBuilder(args, argumentsAlone ? Environments.Production : null);
        if (argumentsAlone)
        {
            builder.Configuration.Sources.Clear();
            builder.Configuration.AddCommandLine(args);
        }

        builder.AddOpenBankingServer();
        configure?.Invoke(builder);
        var app = builder.Build();

        app.UseClientCertificates();
        app.UseForwardedHeaders();
        app.UsePublicPath();
        app.UseRequestIdentity();
        app.UseFailures();
        app.UsePageSecurity();
        app.UseFrontDoor();
        app.UseFormAddresses();
        app.UsePageLanguages();
        app.UsePageAssets();
        app.UseRouting();
        app.UseTokens();
        app.UseRateLimits();

        var api = app.MapApi();
        api.MapAccounts();
        api.MapLimits();
        api.MapApplications();
        api.MapConsents();
        api.MapTopUps();
        api.MapCoupons();
        api.MapPayments();
        api.MapOrders();
        api.MapHolds();
        api.MapRefunds();
        api.MapSubMerchants();
        api.MapPayouts();
        api.MapSettlementLines();
        api.MapSandboxFees();
        api.MapSandboxClock();
        api.MapWebhooks();
        api.MapEvents();

        app.MapAuthorizationServer();
        app.MapRazorPages();
        app.MapAppLogos();
        app.MapProblemPages();
        app.MapHealth();
        app.MapOpenApi();
        app.MapSandbox();
        return app;
    }

    /// <param name="environment">Its name; null for what the machine says.</param>
    private static WebApplicationBuilder NewBuilder(string[] args, string? environment = null) =>
        WebApplication.CreateBuilder(
            new WebApplicationOptions
            {
                Args = args,
                EnvironmentName = environment,
                // The pages are found by this name, in whatever host the server runs.
                ApplicationName = typeof(Program).Assembly.GetName().Name,
                ContentRootPath = AppContext.BaseDirectory,
            }
        );
}
