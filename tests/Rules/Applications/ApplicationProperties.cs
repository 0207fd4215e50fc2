using FsCheck;
using FsCheck.Fluent;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Customers;

namespace OpenBanking.Tests.Rules.Applications;

/// <summary>The state machine of an application, under whatever is done to it in whatever order.</summary>
public class ApplicationProperties
{
    private const int Count = 2_000;

    private static readonly Dictionary<string, Action<ApplicationScene>> acts = new()
    {
        ["verified"] = scene => scene.Verify(),
        ["not verified"] = scene => scene.Verify(failure: ApplicationReasons.CardNotVerified),
        ["not wanted"] = scene => scene.Verify(refusal: ApplicationReasons.DeclinedByBank),
        ["visit"] = scene => scene.Visit(),
        ["right code"] = scene => Enter(scene, right: true),
        ["wrong code"] = scene => Enter(scene, right: false),
        ["three wrong codes"] = scene =>
        {
            scene.Visit();
            Enter(scene, right: false);
            Enter(scene, right: false);
            Enter(scene, right: false);
        },
        ["five accounts"] = scene =>
        {
            if (scene.Bank.Find(CustomerTables.Customers, Rows.Customer.Id) is null)
            {
                scene.PutCustomer(accounts: 5, withPin: true);
            }
        },
        ["expire"] = scene => scene.Expire(),
        ["a day passes"] = scene => scene.Now = scene.Now.AddHours(25),
    };

    /// <summary>The steps of the domain.</summary>
    private static readonly (ApplicationState From, ApplicationState To)[] allowed =
    [
        (ApplicationState.IdentityVerifying, ApplicationState.IdentityFailed),
        (ApplicationState.IdentityVerifying, ApplicationState.Rejected),
        (ApplicationState.IdentityVerifying, ApplicationState.OtpPending),
        (ApplicationState.IdentityVerifying, ApplicationState.Expired),
        (ApplicationState.OtpPending, ApplicationState.OtpFailed),
        (ApplicationState.OtpPending, ApplicationState.Expired),
        (ApplicationState.OtpPending, ApplicationState.Opened),
        (ApplicationState.OtpPending, ApplicationState.Rejected),
    ];

    private static readonly Gen<string[]> sequences = Gen.Elements(acts.Keys.AsEnumerable()).ArrayOf();

    [Fact]
    public void Every_step_is_one_of_the_domains_and_is_told_once() =>
        Properties.Hold(
            sequences,
            Count,
            sequence =>
            {
                var scene = new ApplicationScene();
                scene.Create();
                foreach (var act in sequence)
                {
                    var (before, told) = (scene.Application.State, Told(scene));
                    acts[act](scene);
                    var after = scene.Application;
                    if (before != after.State)
                    {
                        Assert.Contains((before, after.State), allowed);
                    }

                    Assert.Equal(before == after.State ? told : told + 1, Told(scene));
                    Holds(scene, after);
                }
            }
        );

    private static void Holds(ApplicationScene scene, AccountApplicationRow application)
    {
        var opened = application.State == ApplicationState.Opened;
        Assert.Equal(opened ? 1 : 0, scene.Bank.All(AccountTables.Accounts).Count());
        Assert.Equal(opened, application.AccountId is not null);
        Assert.Equal(application.Reason is not null, application.Elements.Length == 0);
        Assert.Equal(OpeningRules.IsOpen(application.State) || opened, application.Reason is null);
        Assert.All(
            scene.Bank.All(CustomerTables.Customers),
            customer => Assert.InRange(customer.TypeTwoAccounts, 1, 5)
        );
    }

    private static int Told(ApplicationScene scene) =>
        scene.Bank.Told.Count(told => told.Type.StartsWith("account_application.", StringComparison.Ordinal));

    private static void Enter(ApplicationScene scene, bool right)
    {
        if (scene.HasVisit)
        {
            scene.Enter(right);
        }
    }
}
