using OpenBanking.Server.Applications;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;

namespace OpenBanking.Tests.Rules.Applications;

public class IdentityImageRulesTests
{
    private static readonly AccountApplicationRow application = new()
    {
        Id = Rows.Id<AccountApplicationRow>(1),
        AppId = Rows.App.Id,
        State = ApplicationState.Created,
        Elements = Rows.Sealed,
        IdNumberIndex = "id number",
        MobileIndex = "mobile",
        CreatedAt = Rows.Noon,
        ExpiresAt = Rows.Noon.AddHours(24),
    };

    private readonly MemoryBank bank = new();

    [Fact]
    public void An_application_waits_for_its_pictures_before_anybody_is_asked()
    {
        bank.Put(AuthorizationTables.Interactions, Rows.Interaction);

        var ran = bank.Run(
            new SubmitApplication(
                Rows.World,
                Rows.Noon,
                Rows.Interaction.Id,
                null,
                application,
                Rows.Id<IntentRow>(1),
                Rows.Noon,
                WithImages: true
            )
        );

        Assert.Equal(ApplicationState.Created, ran.Accepted.State);
        Assert.Equal([EventTypes.AccountApplicationCreated], ran.Told);
        Assert.Empty(bank.All(IntentTables.Intents));
    }

    [Fact]
    public void A_side_has_one_picture_the_last_one()
    {
        bank.Put(ApplicationTables.Applications, application);
        Keep(IdentityImageSide.Portrait, 1);
        Keep(IdentityImageSide.Portrait, 2);

        Assert.Equal((int)IdentityImageSide.Portrait, Application.Images);
        Assert.Equal([2], Assert.Single(bank.All(IdentityImageTables.Images)).Content);
    }

    [Fact]
    public void Where_both_sides_are_needed_nobody_is_verified_with_one()
    {
        bank.Put(ApplicationTables.Applications, application);
        Keep(IdentityImageSide.Portrait, 1);
        Assert.Equal(IdentityImageRules.Refusals.Needed, Submit(required: true).Rejected.Code);

        Keep(IdentityImageSide.Emblem, 1);
        var ran = Submit(required: true);
        Submit(required: true);

        Assert.Equal(ApplicationState.IdentityVerifying, ran.Accepted.State);
        Assert.Equal([EventTypes.AccountApplicationIdentityVerifying], ran.Told);
        Assert.Equal(IntentKind.VerifyImages, Assert.Single(bank.All(IntentTables.Intents)).Kind);
        Assert.Equal(IdentityImageRules.Refusals.NotNow, Keep(IdentityImageSide.Emblem, 2).Rejected.Code);
    }

    [Fact]
    public void Where_they_are_optional_any_server_verifies_who_gave_none()
    {
        bank.Put(ApplicationTables.Applications, application);

        Submit(required: false);

        Assert.Equal(IntentKind.VerifyIdentity, Assert.Single(bank.All(IntentTables.Intents)).Kind);
    }

    [Fact]
    public void After_a_day_no_picture_is_taken_and_the_application_ends()
    {
        bank.Put(ApplicationTables.Applications, application);

        Assert.Equal(
            IdentityImageRules.Refusals.NotNow,
            Keep(IdentityImageSide.Emblem, 1, application.ExpiresAt).Rejected.Code
        );
        Assert.Equal(ApplicationState.Expired, Submit(false, application.ExpiresAt).Accepted.State);
        Assert.Empty(Application.Elements);
    }

    [Theory]
    [InlineData(ApplicationState.Created, true)]
    [InlineData(ApplicationState.IdentityVerifying, true)]
    [InlineData(ApplicationState.OtpPending, false)]
    public void An_application_through_the_API_takes_none_before_the_right_code(
        ApplicationState state,
        bool agreed
    )
    {
        bank.Put(
            ApplicationTables.Applications,
            application with
            {
                Channel = ApplicationChannel.Api,
                State = state,
                AgreedAt = agreed ? Rows.Noon : null,
            }
        );

        Assert.Equal(IdentityImageRules.Refusals.NotNow, Keep(IdentityImageSide.Portrait, 1).Rejected.Code);
        Assert.Equal(state, Submit(required: false).Accepted.State);
    }

    [Theory]
    [InlineData(true, IntentKind.VerifyImages)]
    [InlineData(false, IntentKind.VerifyApplicant)]
    public void After_the_right_code_the_applicant_is_verified_once_more(bool withImage, IntentKind kind)
    {
        bank.Put(
            ApplicationTables.Applications,
            application with
            {
                Channel = ApplicationChannel.Api,
                State = ApplicationState.OtpPending,
                AgreedAt = Rows.Noon,
            }
        );
        if (withImage)
        {
            Keep(IdentityImageSide.Portrait, 1);
        }

        Assert.Equal(ApplicationState.IdentityVerifying, Submit(required: false).Accepted.State);

        Assert.Equal(kind, Assert.Single(bank.All(IntentTables.Intents)).Kind);
    }

    private AccountApplicationRow Application => bank.Get(ApplicationTables.Applications, application.Id);

    private Ran<Done> Keep(IdentityImageSide side, byte content, DateTimeOffset? now = null) =>
        bank.Run(
            new KeepIdentityImage(
                Rows.World,
                now ?? Rows.Noon,
                new()
                {
                    Id = IdentityImageRow.IdOf(application.Id, side),
                    ApplicationId = application.Id,
                    Side = side,
                    MediaType = ImageFiles.Jpeg,
                    Width = 1200,
                    Height = 800,
                    GivenAt = Rows.Noon,
                    Content = [content],
                }
            )
        );

    private Ran<AccountApplicationRow> Submit(bool required, DateTimeOffset? now = null) =>
        bank.Run(
            new SubmitIdentityImages(
                Rows.World,
                now ?? Rows.Noon,
                application.Id,
                required,
                Rows.Id<IntentRow>(1),
                Rows.Noon
            )
        );
}
