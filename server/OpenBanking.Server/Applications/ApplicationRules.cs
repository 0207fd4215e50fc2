using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Applications;

/// <summary>A partner applies for a person it knows.</summary>
/// <param name="Most">How many applications a partner may make in <see cref="ApplicationRules.Window"/>.</param>
public sealed record CreateApplication(
    World World,
    DateTimeOffset Now,
    Id<PartnerRow> PartnerId,
    AccountApplicationRow Application,
    Id<IntentRow> IntentId,
    DateTimeOffset RealNow,
    int Most
) : Command<AccountApplicationRow>(World, Now)
{
    public override Actor Actor => Actor.App(Application.AppId);

    public override Subject Subject => Subject.Of(Application.Id);

    public override void Keys(IKeySet keys)
    {
        keys.Want(ApplicationTables.Applications, Application.Id);
        keys.Want(ApplicationTables.Rates, new(PartnerId));
    }

    public override Decision<AccountApplicationRow> Decide(Book book) => ApplicationRules.Create(this, book);
}

/// <summary>A browser comes to an application, and a one-time code is sent to the applicant.</summary>
public sealed record BeginVisit(
    World World,
    DateTimeOffset Now,
    ApplicationVisitRow Visit,
    NewOneTimeCode Code
) : Command<Done>(World, Now)
{
    public override Subject Subject => Subject.Of(Visit.ApplicationId);

    public override void Keys(IKeySet keys)
    {
        keys.Want(ApplicationTables.Applications, Visit.ApplicationId);
        keys.Want(ApplicationTables.Visits, Visit.Id);
        keys.Want(CustomerTables.Mobiles, new(Code.MobileIndex));
        OneTimeCodeRules.Want(keys, Code);
    }

    public override Decision<Done> Decide(Book book) => ApplicationRules.Begin(this, book);
}

/// <summary>The applicant's one-time code was entered; the right one opens the account, or asks for pictures of the ID card.</summary>
/// <param name="Visit">Read before the batch for what never changes in it, as is the application.</param>
/// <param name="BrowserHash">The hash of the new secret that the browser gets when the code is right.</param>
/// <param name="RealNow">Codes run on real time, applications on the business clock.</param>
public sealed record EnterApplicationCode(
    World World,
    DateTimeOffset Now,
    ApplicationVisitRow Visit,
    AccountApplicationRow Application,
    byte[] Mac,
    string BrowserHash,
    Opening Opening,
    DateTimeOffset RealNow
) : Command<CodeCheck>(World, Now)
{
    public override Subject Subject => Subject.Of(Application.Id);

    public override void Keys(IKeySet keys)
    {
        keys.Want(ApplicationTables.Applications, Application.Id);
        keys.Want(ApplicationTables.Visits, Visit.Id);
        keys.Want(CustomerTables.OneTimeCodes, Visit.CodeId);
        keys.Want(CustomerTables.OneTimeCodeRates, new(Application.MobileIndex));
        Opening.Want(keys, Application);
    }

    public override Decision<CodeCheck> Decide(Book book) => ApplicationRules.Enter(this, book);
}

/// <summary>What is done about one application, by its id.</summary>
public abstract record ApplicationCommand(
    World World,
    DateTimeOffset Now,
    Id<AccountApplicationRow> ApplicationId
) : Command<AccountApplicationRow>(World, Now)
{
    public override Subject Subject => Subject.Of(ApplicationId);

    public override void Keys(IKeySet keys) => keys.Want(ApplicationTables.Applications, ApplicationId);
}

/// <summary>Somebody says that they have not asked for an application: whoever has its address, without a code.</summary>
public sealed record RefuseApplication(
    World World,
    DateTimeOffset Now,
    Id<AccountApplicationRow> ApplicationId
) : ApplicationCommand(World, Now, ApplicationId)
{
    public override Decision<AccountApplicationRow> Decide(Book book) => ApplicationRules.Refuse(this, book);
}

/// <summary>An application has run out.</summary>
public sealed record ExpireApplication(
    World World,
    DateTimeOffset Now,
    Id<AccountApplicationRow> ApplicationId
) : ApplicationCommand(World, Now, ApplicationId)
{
    public override Decision<AccountApplicationRow> Decide(Book book) => ApplicationRules.Expire(this, book);
}

/// <summary>How a person whom a partner applied for confirms: created → identity_verifying → otp_pending → opened, or one of
/// the ends on the way. Who gives pictures of the ID card is verified once more with them.</summary>
public static class ApplicationRules
{
    /// <summary>What is answered when there is nothing to confirm any more.</summary>
    public const string Over = "application_over";

    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>A partner's applications are counted in windows of this length, by the real clock.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    /// <summary>After so many wrong codes, all codes together, the application has failed.</summary>
    public const int MostWrongCodes = 10;

    /// <summary>Refuses: too many applications of the partner.</summary>
    public static Decision<AccountApplicationRow> Create(CreateApplication command, Book book)
    {
        var rate = book.Find(ApplicationTables.Rates, new(command.PartnerId));
        if (rate is null)
        {
            book.Insert(
                ApplicationTables.Rates,
                new ApplicationRateRow
                {
                    PartnerId = command.PartnerId,
                    WindowStart = command.RealNow,
                    Made = 1,
                }
            );
        }
        else if (
            command.RealNow >= rate.WindowStart + Window
            || SteadyClock.WasAhead(rate.WindowStart, command.RealNow)
        )
        {
            book.Update(ApplicationTables.Rates, rate with { WindowStart = command.RealNow, Made = 1 });
        }
        else if (rate.Made >= command.Most)
        {
            return Decision.Reject(ProblemCodes.TooManyApplications);
        }
        else
        {
            book.Update(ApplicationTables.Rates, rate with { Made = rate.Made + 1 });
        }

        return Decision.Accept(
            OpeningRules.Begin(
                book,
                command.Application,
                command.IntentId,
                IntentKind.VerifyApplicant,
                command.RealNow
            )
        );
    }

    /// <summary>Refuses: there is nothing to confirm; too many codes.</summary>
    public static Decision<Done> Begin(BeginVisit command, Book book)
    {
        var application = book.Get(ApplicationTables.Applications, command.Visit.ApplicationId);
        if (!TakesCodes(application, command.Now) || !IsOfApplicant(book, application))
        {
            return Decision.Reject(Over);
        }

        if (OneTimeCodeRules.Send(book, command.Code) is { } refusal)
        {
            return refusal;
        }

        book.Insert(ApplicationTables.Visits, command.Visit);
        return Decision.Accept(new Done());
    }

    /// <summary>
    /// Refuses: there is nothing to confirm, or the visit waits for no code; the customer is another than was looked up.
    /// Declines: the code was wrong; the guess is counted, for the application too.
    /// </summary>
    public static Decision<CodeCheck> Enter(EnterApplicationCode command, Book book)
    {
        var application = book.Get(ApplicationTables.Applications, command.Application.Id);
        var visit = book.Get(ApplicationTables.Visits, command.Visit.Id);
        if (
            visit.State != VisitState.Begun
            || visit.ApplicationId != application.Id
            || !TakesCodes(application, command.Now)
            || !IsOfApplicant(book, application)
        )
        {
            return Decision.Reject(Over);
        }

        var guesses = GuessesOf(book, visit);
        var check = OneTimeCodeRules.Check(book, visit.CodeId, command.Mac, command.Form, command.RealNow);
        if (check != CodeCheck.Right)
        {
            if (GuessesOf(book, visit) > guesses)
            {
                CountWrong(book, application);
            }

            return Decision.Decline(check);
        }

        if (
            application.State == ApplicationState.OtpPending
            && !IdentityImageRules.AreAsked(application, visit)
        )
        {
            if (OpeningRules.HasChanged(book, application, command.Opening))
            {
                return Decision.Reject(OpeningRules.CustomerChanged);
            }

            OpeningRules.Open(book, WithAgreement(application, visit, command), command.Opening, command.Now);
        }
        else if (OpeningRules.IsOpen(application.State))
        {
            book.Update(ApplicationTables.Applications, WithAgreement(application, visit, command));
        }

        book.Update(
            ApplicationTables.Visits,
            visit with
            {
                State = VisitState.Proven,
                BrowserHash = command.BrowserHash,
            }
        );
        return Decision.Accept(check);
    }

    /// <summary>What the applicant has confirmed by code, or what has ended, stays what it is.</summary>
    public static Decision<AccountApplicationRow> Refuse(RefuseApplication command, Book book)
    {
        var application = book.Get(ApplicationTables.Applications, command.ApplicationId);
        return Decision.Accept(
            MayBeRefused(application, command.Now)
                ? OpeningRules.Move(
                    book,
                    application,
                    ApplicationState.Rejected,
                    ApplicationReasons.CustomerDeclined
                )
                : application
        );
    }

    /// <summary>Whether it is undone by whoever has its address and says that they have not asked for it.</summary>
    public static bool MayBeRefused(AccountApplicationRow application, DateTimeOffset now) =>
        application is { Channel: ApplicationChannel.Api, AgreedAt: null }
        && OpeningRules.IsOpen(application.State)
        && !OpeningRules.HasExpired(application, now);

    /// <summary>One that has ended, or whose time is not over, stays what it is.</summary>
    public static Decision<AccountApplicationRow> Expire(ExpireApplication command, Book book)
    {
        var application = book.Get(ApplicationTables.Applications, command.ApplicationId);
        return Decision.Accept(
            OpeningRules.HasExpired(application, command.Now)
                ? OpeningRules.End(book, application)
                : application
        );
    }

    /// <summary>Whether a code does something: confirms, or brings back who set no PIN yet. After a day it does neither: the
    /// number may be somebody else's by then.</summary>
    public static bool TakesCodes(AccountApplicationRow application, DateTimeOffset now) =>
        application.Channel == ApplicationChannel.Api
        && (
            application.State is ApplicationState.OtpPending or ApplicationState.Opened
            || ApplicationDepositRules.IsAsked(application)
        )
        && now < application.ExpiresAt;

    /// <summary>Whether a number that opened an account is still its customer's.</summary>
    private static bool IsOfApplicant(Book book, AccountApplicationRow application) =>
        application.CustomerId is not { } customer
        || CustomerLookups.IsMobileOf(book, application.MobileIndex, customer);

    public static AccountApplicationStatus StatusOf(AccountApplicationRow application) =>
        ApplicationDepositRules.IsAsked(application)
            ? AccountApplicationStatus.DepositPending
            : StatusOf(application.State);

    public static AccountApplicationStatus StatusOf(ApplicationState state) =>
        state switch
        {
            ApplicationState.Created => AccountApplicationStatus.Created,
            ApplicationState.IdentityVerifying => AccountApplicationStatus.IdentityVerifying,
            ApplicationState.IdentityFailed => AccountApplicationStatus.IdentityFailed,
            ApplicationState.OtpPending => AccountApplicationStatus.OtpPending,
            ApplicationState.OtpFailed => AccountApplicationStatus.OtpFailed,
            ApplicationState.Expired => AccountApplicationStatus.Expired,
            ApplicationState.Opened => AccountApplicationStatus.Opened,
            ApplicationState.Rejected => AccountApplicationStatus.Rejected,
            _ => throw new InvalidOperationException($"Unknown state {state}."),
        };

    /// <summary>With what the applicant accepted: at a browser that has shown to be theirs.</summary>
    private static AccountApplicationRow WithAgreement(
        AccountApplicationRow application,
        ApplicationVisitRow visit,
        EnterApplicationCode command
    ) =>
        application with
        {
            AgreementVersion = visit.AgreementVersion,
            AgreedAt = visit.AgreementVersion is null ? null : command.Now,
        };

    /// <summary>How many wrong guesses of a visit's code were counted.</summary>
    private static int GuessesOf(Book book, ApplicationVisitRow visit) =>
        book.Get(CustomerTables.OneTimeCodes, visit.CodeId).Failures;

    private static void CountWrong(Book book, AccountApplicationRow application)
    {
        if (!OpeningRules.IsOpen(application.State))
        {
            return;
        }

        var counted = application with { WrongCodes = application.WrongCodes + 1 };
        if (counted.WrongCodes >= MostWrongCodes)
        {
            OpeningRules.Move(
                book,
                counted,
                ApplicationState.OtpFailed,
                ApplicationReasons.TooManyWrongCodes
            );
        }
        else
        {
            book.Update(ApplicationTables.Applications, counted);
        }
    }
}
