using FsCheck;
using FsCheck.Fluent;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Deposits;
using OpenBanking.Server.Outside;

namespace OpenBanking.Tests.Rules.Applications;

public class ApplicationDepositRulesTests
{
    private const int Count = 2_000;
    private static readonly byte[] right = [3, 7];
    private static readonly byte[] wrong = [3, 8];

    private static readonly AccountApplicationRow application = new()
    {
        Id = Rows.Id<AccountApplicationRow>(1),
        AppId = Rows.App.Id,
        State = ApplicationState.IdentityVerifying,
        Elements = Rows.Sealed,
        IdNumberIndex = "id number",
        MobileIndex = "mobile",
        CreatedAt = Rows.Noon,
        ExpiresAt = Rows.Noon.AddHours(24),
    };

    private static readonly InteractionRow interaction = Rows.Interaction with
    {
        AppId = Rows.App.Id,
        MobileIndex = application.MobileIndex,
        ApplicationId = null,
    };

    private readonly MemoryBank bank = new MemoryBank()
        .Put(ApplicationTables.Applications, application)
        .Put(AuthorizationTables.Interactions, interaction)
        .Put(IntentTables.Intents, Rows.Intent with { Kind = IntentKind.VerifyIdentity });

    private AccountApplicationRow Application => bank.Get(ApplicationTables.Applications, application.Id);

    [Fact]
    public void A_card_that_its_bank_does_not_confirm_is_sent_an_amount_and_the_right_one_opens_the_account()
    {
        var begun = Begin();
        Assert.Equal(ApplicationState.IdentityVerifying, begun.Accepted.State);
        Assert.Empty(begun.Told);
        Assert.Equal(Rows.Noon + DepositRules.Lifetime, begun.Accepted.ExpiresAt);
        Assert.Equal(IntentKind.SendDeposit, bank.Get(IntentTables.Intents, Rows.Id<IntentRow>(7)).Kind);
        Assert.Equal(DepositRules.Over, Enter(right).Rejected.Code);

        Assert.Equal([EventTypes.AccountApplicationDepositPending], Sent().Told);
        Assert.Empty(Sent().Told);
        Assert.Equal(DepositCheck.Wrong, Enter(wrong).Declined);
        Assert.Equal(DepositCheck.Right, Enter(right).Accepted);

        Assert.Equal(
            (ApplicationState.Opened, DepositState.Confirmed),
            (Application.State, Application.DepositState)
        );
        Assert.Null(Application.DepositMac);
        Assert.Single(bank.All(AccountTables.Accounts));
        Assert.Equal(
            application.Id,
            bank.Get(AuthorizationTables.Interactions, interaction.Id).ApplicationId
        );
        Assert.Equal(DepositRules.Over, Enter(right).Rejected.Code);
    }

    [Fact]
    public void A_card_that_takes_no_amount_is_not_the_persons()
    {
        Begin();

        var ran = Sent(ApplicationReasons.CardNotVerified);

        Assert.Equal(
            (ApplicationState.IdentityFailed, ApplicationReasons.CardNotVerified),
            (ran.Accepted.State, ran.Accepted.Reason)
        );
        Assert.Null(ran.Accepted.DepositMac);
    }

    [Fact]
    public void One_card_is_sent_three_amounts_in_a_month_whoever_asks()
    {
        for (var number = 1; number <= DepositRules.MostSent + 1; number++)
        {
            bank.Put(ApplicationTables.Applications, application)
                .Put(IntentTables.Intents, Rows.Intent with { Kind = IntentKind.VerifyIdentity });
            var ran = Begin(number);
            Assert.Equal(
                number <= DepositRules.MostSent ? null : ApplicationReasons.CardNotVerified,
                ran.Accepted.Reason
            );
        }

        Assert.Equal(DepositRules.MostSent, bank.All(IntentTables.Intents).Count() - 1);
        bank.Put(ApplicationTables.Applications, application)
            .Put(IntentTables.Intents, Rows.Intent with { Kind = IntentKind.VerifyIdentity });
        Assert.Null(Begin(9, Rows.Noon + DepositRules.Window).Accepted.Reason);
    }

    [Fact]
    public void Nobody_enters_an_amount_who_has_not_proven_the_number_in_this_app()
    {
        Begin();
        Sent();
        foreach (
            var other in (InteractionRow[])
                [
                    interaction with
                    {
                        SignedIn = false,
                    },
                    interaction with
                    {
                        Completed = true,
                    },
                    interaction with
                    {
                        MobileIndex = "another",
                    },
                    interaction with
                    {
                        ApplicationId = Rows.Id<AccountApplicationRow>(9),
                    },
                    interaction with
                    {
                        AppId = Rows.Id<OpenBanking.Server.Partners.AppRow>(9),
                    },
                ]
        )
        {
            bank.Put(AuthorizationTables.Interactions, other);
            Assert.Equal(DepositRules.Over, Enter(right).Rejected.Code);
        }

        Assert.Equal(0, Application.DepositFailures);
    }

    [Fact]
    public void Who_takes_another_card_ends_the_application_and_an_old_one_takes_no_amount()
    {
        Begin();
        Sent();
        Assert.Equal(DepositRules.Over, Enter(right, Rows.Noon + DepositRules.Lifetime).Rejected.Code);

        Assert.Equal(DepositCheck.Over, Enter(null).Accepted);

        Assert.Equal(ApplicationReasons.CardNotVerified, Application.Reason);
    }

    [Fact]
    public void However_amounts_are_entered_three_are_looked_at_and_no_account_opens_without_the_right_one() =>
        Properties.Hold(
            Gen.Elements("right", "wrong", "sent", "expire", "hours").ArrayOf(),
            Count,
            acts =>
            {
                var scene = new ApplicationDepositRulesTests();
                var (now, guesses, knew) = (Rows.Noon, 0, false);
                scene.Begin();
                foreach (var act in acts)
                {
                    if (act is "right" or "wrong")
                    {
                        var ran = scene.Enter(act == "right" ? right : wrong, now);
                        var accepted = ran.Decision is OpenBanking.Server.Engine.Accepted<DepositCheck>;
                        guesses += ran.Decision is OpenBanking.Server.Engine.Declined<DepositCheck> ? 1 : 0;
                        knew |= accepted;
                        Assert.False(accepted && act == "wrong");
                    }
                    else if (act == "sent")
                    {
                        scene.Sent(now: now);
                    }
                    else if (act == "expire")
                    {
                        scene.bank.Run(new ExpireApplication(Rows.World, now, application.Id));
                    }
                    else
                    {
                        now = now.AddHours(40);
                    }

                    Assert.InRange(guesses, 0, DepositRules.MostFailures);
                    Assert.Equal(knew ? 1 : 0, scene.bank.All(AccountTables.Accounts).Count());
                    Assert.Equal(knew, scene.Application.State == ApplicationState.Opened);
                    Assert.Equal(scene.Application.Reason is not null, scene.Application.Elements is []);
                }
            }
        );

    private Ran<AccountApplicationRow> Begin(int number = 1, DateTimeOffset? now = null) =>
        bank.Run(
            new CompleteVerification(
                Rows.World,
                Rows.Noon,
                Rows.Intent.Id,
                application,
                new(null, null, new(1990, 3, 7), "示例银行四"),
                Opening,
                new(right, "card", Rows.Id<IntentRow>(6 + number), Rows.Sealed, now ?? Rows.Noon)
            )
        );

    private Ran<AccountApplicationRow> Sent(string? reason = null, DateTimeOffset? now = null) =>
        bank.Run(
            new CompleteDeposit(Rows.World, now ?? Rows.Noon, Rows.Id<IntentRow>(7), application.Id, reason)
        );

    private Ran<DepositCheck> Enter(byte[]? mac, DateTimeOffset? now = null) =>
        bank.Run(
            new EnterDeposit(
                Rows.World,
                now ?? Rows.Noon,
                application,
                mac,
                Opening,
                interaction.Id,
                VisitId: null
            )
        );

    private Opening Opening =>
        new(
            Rows.Customer.Id,
            bank.Find(CustomerTables.Identities, new(application.IdNumberIndex)) is null
                ? null
                : Rows.Customer,
            Rows.Sealed,
            new()
            {
                Id = Rows.Account.CardId,
                CustomerId = Rows.Customer.Id,
                Bank = "示例银行四",
                LastFour = "2038",
                Number = Rows.Sealed,
                CreatedAt = Rows.Noon,
            },
            Rows.Account with
            {
                State = AccountState.PendingActivation,
            }
        );
}
