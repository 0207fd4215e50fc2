using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Applications;

/// <summary>Keeps a picture of one side, in place of an earlier one of that side.</summary>
public sealed record KeepIdentityImage(World World, DateTimeOffset Now, IdentityImageRow Image)
    : Command<Done>(World, Now)
{
    public override Subject Subject => Subject.Of(Image.ApplicationId);

    public override void Keys(IKeySet keys)
    {
        keys.Want(ApplicationTables.Applications, Image.ApplicationId);
        keys.Want(IdentityImageTables.Images, Image.Id);
    }

    public override Decision<Done> Decide(Book book) => IdentityImageRules.Keep(this, book);
}

/// <summary>The customer gives no more pictures: the person is verified now.</summary>
/// <param name="Required">Whether the bank opens no account without both sides.</param>
public sealed record SubmitIdentityImages(
    World World,
    DateTimeOffset Now,
    Id<AccountApplicationRow> ApplicationId,
    bool Required,
    Id<IntentRow> IntentId,
    DateTimeOffset RealNow
) : ApplicationCommand(World, Now, ApplicationId)
{
    public override Decision<AccountApplicationRow> Decide(Book book) =>
        IdentityImageRules.Submit(this, book);
}

/// <summary>How an application waits for pictures of the ID card until its customer says that there are no more: one on the bank's
/// pages is <c>created</c>, and one through the API, whose person was verified before, is <c>otp_pending</c>.</summary>
public static class IdentityImageRules
{
    /// <summary>Why pictures were not taken.</summary>
    public static class Refusals
    {
        /// <summary>The application waits for none.</summary>
        public const string NotNow = "images_not_now";

        /// <summary>A side is missing that the bank asks for.</summary>
        public const string Needed = "images_needed";
    }

    /// <summary>Refuses: the application waits for no pictures, or has run out.</summary>
    public static Decision<Done> Keep(KeepIdentityImage command, Book book)
    {
        var application = book.Get(ApplicationTables.Applications, command.Image.ApplicationId);
        if (!TakesImages(application) || OpeningRules.HasExpired(application, command.Now))
        {
            return Decision.Reject(Refusals.NotNow);
        }

        if (book.Find(IdentityImageTables.Images, command.Image.Id) is { } earlier)
        {
            book.Update(IdentityImageTables.Images, command.Image with { Version = earlier.Version });
        }
        else
        {
            book.Insert(IdentityImageTables.Images, command.Image);
        }

        if (!application.Has(command.Image.Side))
        {
            book.Update(
                ApplicationTables.Applications,
                application with
                {
                    Images = application.Images | (int)command.Image.Side,
                }
            );
        }

        return Decision.Accept(new Done());
    }

    /// <summary>Refuses: a side is missing that the bank asks for. A form that is sent twice asks once; what has run out
    /// ends.</summary>
    public static Decision<AccountApplicationRow> Submit(SubmitIdentityImages command, Book book)
    {
        var application = book.Get(ApplicationTables.Applications, command.ApplicationId);
        return !TakesImages(application) ? Decision.Accept(application)
            : OpeningRules.HasExpired(application, command.Now)
                ? Decision.Accept(OpeningRules.End(book, application))
            : command.Required && !HasBoth(application) ? Decision.Reject(Refusals.Needed)
            : Decision.Accept(
                OpeningRules.Verify(book, application, command.IntentId, KindOf(application), command.RealNow)
            );
    }

    /// <summary>Whether an application through the API waits for pictures at a browser that has entered the right code.</summary>
    public static bool AreAsked(AccountApplicationRow application, ApplicationVisitRow visit) =>
        visit.WithImages || application.Images != 0;

    /// <summary>Through the API, once somebody has entered the right code: accepting the agreement counts from then on.</summary>
    private static bool TakesImages(AccountApplicationRow application) =>
        application
            is { State: ApplicationState.Created, Channel: ApplicationChannel.Hosted }
                or { State: ApplicationState.OtpPending, AgreedAt: not null };

    private static IntentKind KindOf(AccountApplicationRow application) =>
        application.Images != 0 ? IntentKind.VerifyImages
        : application.Channel == ApplicationChannel.Hosted ? IntentKind.VerifyIdentity
        : IntentKind.VerifyApplicant;

    private static bool HasBoth(AccountApplicationRow application) =>
        application.Has(IdentityImageSide.Portrait) && application.Has(IdentityImageSide.Emblem);
}
