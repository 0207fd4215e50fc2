using OpenBanking.Server.Authorization;
using OpenBanking.Server.Deposits;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Applications;

/// <summary>The amount was sent, or the card took none.</summary>
/// <param name="FailureReason">Why it was not sent; null when it was.</param>
public record CompleteDeposit(
    World World,
    DateTimeOffset Now,
    Id<IntentRow> IntentId,
    Id<AccountApplicationRow> ApplicationId,
    string? FailureReason
) : ApplicationCommand(World, Now, ApplicationId)
{
    public override void Keys(IKeySet keys)
    {
        base.Keys(keys);
        keys.Want(IntentTables.Intents, IntentId);
    }

    public override Decision<AccountApplicationRow> Decide(Book book) =>
        ApplicationDepositRules.Complete(this, book);
}

/// <summary>The same, as a person was told it.</summary>
public sealed record ResolveDeposit(
    World World,
    DateTimeOffset Now,
    Id<IntentRow> IntentId,
    Id<AccountApplicationRow> ApplicationId,
    string? FailureReason
) : CompleteDeposit(World, Now, IntentId, ApplicationId, FailureReason);

/// <summary>The customer says how much came; the right amount opens the account, or asks for pictures of the ID card.</summary>
/// <param name="Application">Read before the batch for what never changes in it.</param>
/// <param name="Mac">The keyed digest of the amount; null when the customer takes another card instead.</param>
/// <param name="InteractionId">Where the customer has signed in; null for an application through the API.</param>
/// <param name="VisitId">Where the customer has entered a code; null for an application on the bank's pages.</param>
public sealed record EnterDeposit(
    World World,
    DateTimeOffset Now,
    AccountApplicationRow Application,
    byte[]? Mac,
    Opening Opening,
    Id<InteractionRow>? InteractionId,
    Id<ApplicationVisitRow>? VisitId
) : Command<DepositCheck>(World, Now)
{
    public override Subject Subject => Subject.Of(Application.Id);

    public override void Keys(IKeySet keys)
    {
        keys.Want(ApplicationTables.Applications, Application.Id);
        Opening.Want(keys, Application);
        if (InteractionId is { } interaction)
        {
            keys.Want(AuthorizationTables.Interactions, interaction);
        }

        if (VisitId is { } visit)
        {
            keys.Want(ApplicationTables.Visits, visit);
        }
    }

    public override Decision<DepositCheck> Decide(Book book) => ApplicationDepositRules.Enter(this, book);
}

/// <summary>
/// How a card is proven that its bank confirms in no other way: an amount that only who sees the card's statement knows. The
/// application stays <c>identity_verifying</c> for servers that know none of this; it never opens there.
/// </summary>
public static class ApplicationDepositRules
{
    /// <summary>Whether the customer has to say how much came.</summary>
    public static bool IsAsked(AccountApplicationRow application) =>
        application is { State: ApplicationState.IdentityVerifying, DepositState: DepositState.Sent };

    /// <summary>Has an amount sent; one that was sent too many comes to nothing.</summary>
    public static AccountApplicationRow Begin(
        Book book,
        AccountApplicationRow application,
        NewDeposit deposit,
        DateTimeOffset now
    )
    {
        if (!DepositRules.TrySend(book, deposit, IntentKind.SendDeposit, application.Id.Value))
        {
            return OpeningRules.Move(
                book,
                application,
                ApplicationState.IdentityFailed,
                ApplicationReasons.CardNotVerified
            );
        }

        return book.Update(
            ApplicationTables.Applications,
            application with
            {
                DepositState = DepositState.Sending,
                DepositMac = deposit.Mac,
                ExpiresAt = now + DepositRules.Lifetime,
            }
        );
    }

    /// <summary>An answer that comes twice counts once, and one that comes too late changes nothing.</summary>
    public static Decision<AccountApplicationRow> Complete(CompleteDeposit command, Book book)
    {
        var application = book.Get(ApplicationTables.Applications, command.ApplicationId);
        return Decision.Accept(
            !IntentRules.TryFinish(book, command.IntentId)
            || application
                is not { State: ApplicationState.IdentityVerifying, DepositState: DepositState.Sending }
                ? application
            : OpeningRules.HasExpired(application, command.Now) ? OpeningRules.End(book, application)
            : command.FailureReason is { } reason
                ? OpeningRules.Move(book, application, ApplicationState.IdentityFailed, reason)
            : OpeningRules.Move(
                book,
                application with
                {
                    DepositState = DepositState.Sent,
                },
                ApplicationState.IdentityVerifying
            )
        );
    }

    /// <summary>
    /// Refuses: no amount is asked for, or not of who is at this browser; the customer is another than was looked up.
    /// Declines: the amount was wrong; the try is counted.
    /// </summary>
    public static Decision<DepositCheck> Enter(EnterDeposit command, Book book)
    {
        var application = book.Get(ApplicationTables.Applications, command.Application.Id);
        if (
            !IsAsked(application)
            || OpeningRules.HasExpired(application, command.Now)
            || !IsTheirs(command, application, book)
        )
        {
            return Decision.Reject(DepositRules.Over);
        }

        if (command.Mac is null)
        {
            OpeningRules.Move(
                book,
                application,
                ApplicationState.IdentityFailed,
                ApplicationReasons.CardNotVerified
            );
            return Decision.Accept(DepositCheck.Over);
        }

        if (!DepositRules.IsRight(command.Mac, application.DepositMac))
        {
            return Decision.Decline(CountWrong(book, application));
        }

        var confirmed = application with
        {
            DepositState = DepositState.Confirmed,
            DepositMac = null,
            ExpiresAt = command.Now + ApplicationRules.Lifetime,
        };
        if (
            command.VisitId is { } visit
            && IdentityImageRules.AreAsked(application, book.Get(ApplicationTables.Visits, visit))
        )
        {
            OpeningRules.Move(book, confirmed, ApplicationState.OtpPending);
            return Decision.Accept(DepositCheck.Right);
        }

        if (OpeningRules.HasChanged(book, application, command.Opening))
        {
            return Decision.Reject(OpeningRules.CustomerChanged);
        }

        OpeningRules.Open(book, confirmed, command.Opening, command.Now);
        return Decision.Accept(DepositCheck.Right);
    }

    /// <summary>Whether this browser has proven the applicant's number. One that comes back later does so in an interaction of
    /// its own, which goes on with the application from here.</summary>
    private static bool IsTheirs(EnterDeposit command, AccountApplicationRow application, Book book)
    {
        if (command.VisitId is { } visitId)
        {
            return application.Channel == ApplicationChannel.Api
                && book.Get(ApplicationTables.Visits, visitId) is { State: VisitState.Proven } visit
                && visit.ApplicationId == application.Id;
        }

        if (
            command.InteractionId is not { } interactionId
            || application.Channel != ApplicationChannel.Hosted
        )
        {
            return false;
        }

        var interaction = book.Get(AuthorizationTables.Interactions, interactionId);
        if (
            !interaction.SignedIn
            || interaction.Completed
            || interaction.AppId != application.AppId
            || interaction.MobileIndex != application.MobileIndex
            || (interaction.ApplicationId ?? application.Id) != application.Id
        )
        {
            return false;
        }

        if (interaction.ApplicationId is null)
        {
            book.Update(
                AuthorizationTables.Interactions,
                interaction with
                {
                    ApplicationId = application.Id,
                }
            );
        }

        return true;
    }

    private static DepositCheck CountWrong(Book book, AccountApplicationRow application)
    {
        var counted = application with { DepositFailures = application.DepositFailures + 1 };
        if (counted.DepositFailures < DepositRules.MostFailures)
        {
            book.Update(ApplicationTables.Applications, counted);
            return DepositCheck.Wrong;
        }

        OpeningRules.Move(
            book,
            counted,
            ApplicationState.IdentityFailed,
            ApplicationReasons.TooManyWrongAmounts
        );
        return DepositCheck.Over;
    }
}
