using OpenBanking.Server.Accounts;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Deposits;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Applications;

/// <summary>Asks for an account to be opened for the person on the bank's pages.</summary>
/// <param name="Previous">The interaction's newest application when the form was sent; null when there was none.</param>
/// <param name="WithImages">Whether it waits for pictures of the ID card first.</param>
public sealed record SubmitApplication(
    World World,
    DateTimeOffset Now,
    Id<InteractionRow> InteractionId,
    Id<AccountApplicationRow>? Previous,
    AccountApplicationRow Application,
    Id<IntentRow> IntentId,
    DateTimeOffset RealNow,
    bool WithImages = false
) : Command<AccountApplicationRow>(World, Now)
{
    /// <summary>The name, sealed for the interaction.</summary>
    public byte[]? Name { get; init; }

    public override Actor Actor => Actor.App(Application.AppId);

    public override Subject Subject => Subject.Of(Application.Id);

    public override void Keys(IKeySet keys)
    {
        keys.Want(AuthorizationTables.Interactions, InteractionId);
        keys.Want(ApplicationTables.Applications, Application.Id);
    }

    public override Decision<AccountApplicationRow> Decide(Book book) => OpeningRules.Submit(this, book);
}

/// <summary>Identity verification and the risk decision answered.</summary>
/// <param name="Application">Read before the batch for what never changes in it.</param>
/// <param name="Answer">What they say.</param>
/// <param name="Opening">What is opened, if it is.</param>
/// <param name="Deposit">What is sent to the card when its bank did not confirm it; null when it did.</param>
public sealed record CompleteVerification(
    World World,
    DateTimeOffset Now,
    Id<IntentRow> IntentId,
    AccountApplicationRow Application,
    VerificationAnswer Answer,
    Opening Opening,
    NewDeposit? Deposit = null
) : Command<AccountApplicationRow>(World, Now)
{
    public override Subject Subject => Subject.Of(Application.Id);

    public override void Keys(IKeySet keys)
    {
        keys.Want(IntentTables.Intents, IntentId);
        keys.Want(ApplicationTables.Applications, Application.Id);
        Opening.Want(keys, Application);
        if (Deposit is { } deposit)
        {
            keys.Want(DepositTables.Rates, new(deposit.CardIndex));
        }
    }

    public override Decision<AccountApplicationRow> Decide(Book book) => OpeningRules.Complete(this, book);
}

/// <summary>What the outside says of an applicant.</summary>
/// <param name="FailureReason">Why the person was not verified; null when they were.</param>
/// <param name="RefusalReason">Why the bank wants no account for the person; null when it does.</param>
/// <param name="BornOn">The date of birth in the ID number.</param>
/// <param name="CardBank">The card's bank.</param>
public sealed record VerificationAnswer(
    string? FailureReason,
    string? RefusalReason,
    DateOnly? BornOn,
    string CardBank
);

/// <summary>An account to be opened, with all that is new.</summary>
/// <param name="CustomerId">The customer with this ID number, or a new id when there is none yet.</param>
/// <param name="Known">The customer as they were when <paramref name="Profile"/> was made; null when there was none.</param>
/// <param name="Profile">The customer's profile, sealed: a new one, or the known one with the application's number.</param>
/// <param name="Card">The card to bind.</param>
/// <param name="Account">The account to open.</param>
/// <param name="Resumed">The account that waits for its first PIN already: no other is opened then.</param>
public sealed record Opening(
    Id<CustomerRow> CustomerId,
    CustomerRow? Known,
    byte[] Profile,
    BoundCardRow Card,
    AccountRow Account,
    AccountRow? Resumed = null
)
{
    /// <summary>The other numbers that a known customer has, which the application's takes the place of; null for none.</summary>
    public FormerMobiles? Former { get; init; }

    /// <summary>Names the rows that opening it needs.</summary>
    public void Want(IKeySet keys, AccountApplicationRow application)
    {
        keys.Want(CustomerTables.Identities, new(application.IdNumberIndex));
        keys.Want(CustomerTables.Mobiles, new(application.MobileIndex));
        keys.Want(CustomerTables.Customers, CustomerId);
        keys.Want(AccountTables.Accounts, Account.Id);
        foreach (var index in Former?.Indexes ?? [])
        {
            keys.Want(CustomerTables.Mobiles, new(index));
        }
    }
}

/// <summary>Numbers that another one takes the place of.</summary>
/// <param name="Indexes">Their blind indexes.</param>
/// <param name="ToOld">To the number that had the messages so far.</param>
/// <param name="ToNew">To the one that has them from now on.</param>
public sealed record FormerMobiles(IReadOnlyList<string> Indexes, Notice ToOld, Notice ToNew);

/// <summary>How an account is opened: identity verification is asked, and its answer opens the account, or lets the customer
/// confirm, or neither.</summary>
public static class OpeningRules
{
    /// <summary>What is answered when the ID number got another customer, or the customer other details, since they were looked up:
    /// look again.</summary>
    public const string CustomerChanged = "customer_changed";

    /// <summary>Refuses: nobody has signed in; the interaction is over; the form was sent before, and a second account
    /// would be opened for one person who pressed twice.</summary>
    public static Decision<AccountApplicationRow> Submit(SubmitApplication command, Book book)
    {
        var interaction = book.Get(AuthorizationTables.Interactions, command.InteractionId);
        if (!interaction.SignedIn || interaction.Completed || interaction.ApplicationId != command.Previous)
        {
            return Decision.Reject("interaction_over");
        }

        book.Update(
            AuthorizationTables.Interactions,
            interaction with
            {
                ApplicationId = command.Application.Id,
                ApplicantName = command.Name,
            }
        );
        return Decision.Accept(
            command.WithImages
                ? TakeIn(book, command.Application)
                : Begin(
                    book,
                    command.Application,
                    command.IntentId,
                    IntentKind.VerifyIdentity,
                    command.RealNow
                )
        );
    }

    /// <summary>Takes an application in, and has it verified.</summary>
    public static AccountApplicationRow Begin(
        Book book,
        AccountApplicationRow application,
        Id<IntentRow> intentId,
        IntentKind kind,
        DateTimeOffset realNow
    ) => Verify(book, TakeIn(book, application), intentId, kind, realNow);

    /// <summary>Has an application verified that was taken in.</summary>
    public static AccountApplicationRow Verify(
        Book book,
        AccountApplicationRow application,
        Id<IntentRow> intentId,
        IntentKind kind,
        DateTimeOffset realNow
    )
    {
        IntentRules.Ask(book, intentId, kind, application.Id.Value, realNow);
        return Move(book, application, ApplicationState.IdentityVerifying);
    }

    /// <summary>
    /// Refuses: the ID number got another customer, or the customer other details, since they were looked up; the worker looks again.
    /// An answer that comes twice counts once, and one that comes too late changes nothing.
    /// </summary>
    public static Decision<AccountApplicationRow> Complete(CompleteVerification command, Book book)
    {
        var application = book.Get(ApplicationTables.Applications, command.Application.Id);
        if (application.State != ApplicationState.IdentityVerifying)
        {
            IntentRules.TryFinish(book, command.IntentId);
            return Decision.Accept(application);
        }

        if (HasChanged(book, application, command.Opening))
        {
            return Decision.Reject(CustomerChanged);
        }

        if (!IntentRules.TryFinish(book, command.IntentId))
        {
            return Decision.Accept(application);
        }

        return Decision.Accept(
            HasExpired(application, command.Now) ? End(book, application)
            : command.Answer.FailureReason is { } failure
                ? Move(book, application, ApplicationState.IdentityFailed, failure)
            : ReasonNotToAccept(command, LimitRules.Of(book)) is { } refusal
                ? Move(book, application, ApplicationState.Rejected, refusal)
            : command.Deposit is { } deposit && application.DepositState != DepositState.Confirmed
                ? ApplicationDepositRules.Begin(
                    book,
                    application with
                    {
                        CardBank = command.Answer.CardBank,
                    },
                    deposit,
                    command.Now
                )
            : IsConfirmed(application) ? Open(book, application, command.Opening, command.Now)
            : Move(book, application with { CardBank = command.Answer.CardBank }, ApplicationState.OtpPending)
        );
    }

    /// <summary>Whether who applies has proven the number: on the bank's pages before, through the API where they were verified
    /// and gave pictures of the ID card since.</summary>
    private static bool IsConfirmed(AccountApplicationRow application) =>
        application.Channel == ApplicationChannel.Hosted || application.AgreedAt is not null;

    /// <summary>Opens the account for a person who is verified and has proven the number; or rejects. What is known of the
    /// person at the bank decides here alone, and so after the person has confirmed.</summary>
    public static AccountApplicationRow Open(
        Book book,
        AccountApplicationRow application,
        Opening opening,
        DateTimeOffset now
    )
    {
        if (ReasonNotToTakeMobile(book, application, opening) is { } refused)
        {
            return Move(book, application, ApplicationState.Rejected, refused);
        }

        if (opening.Resumed is { } resumed)
        {
            return MoveToOpened(book, application, resumed);
        }

        var tooMany = HasTooMany(book, opening, now);
        if (opening.Known is not null && (!tooMany || opening.Former is null))
        {
            TakeMobile(book, application, opening, now);
        }

        if (tooMany)
        {
            return Move(book, application, ApplicationState.Rejected, ApplicationReasons.TooManyAccounts);
        }

        AddAccount(book, application, opening, now);
        AccountRules.Emit(book, EventTypes.AccountOpened, opening.Account, application.AppId);
        if (book.Get(CustomerTables.Customers, opening.CustomerId).PinHash is not null)
        {
            // The PIN is the customer's, and is set already.
            AccountRules.Activate(book, opening.Account.Id, [application.AppId]);
        }

        return MoveToOpened(book, application, opening.Account);
    }

    private static AccountApplicationRow MoveToOpened(
        Book book,
        AccountApplicationRow application,
        AccountRow account
    ) =>
        Move(
            book,
            application with
            {
                CustomerId = account.CustomerId,
                AccountId = account.Id,
                AccountType = account.Type,
            },
            ApplicationState.Opened
        );

    /// <summary>Whether the customer is another than was looked up, or has other details.</summary>
    public static bool HasChanged(Book book, AccountApplicationRow application, Opening opening)
    {
        var known = CustomerLookups.OfIdNumber(book, application.IdNumberIndex);
        return known is null != opening.Known is null
            || (known is { } id && (id != opening.CustomerId || HasOtherDetails(book, opening.Known!)));
    }

    private static bool HasOtherDetails(Book book, CustomerRow read) =>
        !book.Get(CustomerTables.Customers, read.Id).Profile.AsSpan().SequenceEqual(read.Profile);

    /// <summary>Whether it can still come to something.</summary>
    public static bool IsOpen(ApplicationState state) =>
        state
            is ApplicationState.Created
                or ApplicationState.IdentityVerifying
                or ApplicationState.OtpPending;

    /// <summary>Whether it has run out, whether or not somebody has come by to note it.</summary>
    public static bool HasExpired(AccountApplicationRow application, DateTimeOffset now) =>
        IsOpen(application.State) && now >= application.ExpiresAt;

    /// <summary>Ends what has run out.</summary>
    public static AccountApplicationRow End(Book book, AccountApplicationRow application) =>
        Move(book, application, ApplicationState.Expired, ApplicationReasons.NotConfirmedInTime);

    /// <summary>Keeps a new state and tells the app. What came to nothing keeps nothing of the person.</summary>
    public static AccountApplicationRow Move(
        Book book,
        AccountApplicationRow application,
        ApplicationState state,
        string? reason = null
    )
    {
        application = book.Update(
            ApplicationTables.Applications,
            application with
            {
                State = state,
                Reason = reason,
                Elements = reason is null ? application.Elements : [],
                IdNumberIndex = reason is null ? application.IdNumberIndex : "",
                MobileIndex = reason is null ? application.MobileIndex : "",
                DepositMac = reason is null ? application.DepositMac : null,
            }
        );
        Emit(book, application);
        return application;
    }

    private static string? ReasonNotToAccept(CompleteVerification command, LimitRules limits)
    {
        var today = BusinessCalendar.DateOf(command.Now);
        return command.Answer.BornOn is not { } birth || birth.AddYears(limits.MinimumAge(today)) > today
            ? ApplicationReasons.UnderMinimumAge
            : command.Answer.RefusalReason;
    }

    /// <summary>An application that was made before the customer's number changed brings no number back: it may be somebody else's
    /// by now.</summary>
    private static string? ReasonNotToTakeMobile(
        Book book,
        AccountApplicationRow application,
        Opening opening
    ) =>
        CustomerLookups.OfMobile(book, application.MobileIndex) is { } holder
            ? (holder == opening.CustomerId ? null : ApplicationReasons.MobileOfAnother)
        : book.Find(CustomerTables.Customers, opening.CustomerId)?.MobileChangedAt is { } changed
        && application.CreatedAt <= changed
            ? ApplicationReasons.MobileChanged
        : null;

    private static bool HasTooMany(Book book, Opening opening, DateTimeOffset now) =>
        book.Find(CustomerTables.Customers, opening.CustomerId) is { } customer
        && AccountRules.CountOf(customer, opening.Account.Type)
            >= LimitRules.Of(book).For(opening.Account.Type, BusinessCalendar.DateOf(now)).AccountsPerPerson;

    /// <summary>The number is verified and proven: from then on only it signs in, and the one before is told. Whoever had none has it
    /// even if no account is opened: they could not come in otherwise.</summary>
    private static void TakeMobile(
        Book book,
        AccountApplicationRow application,
        Opening opening,
        DateTimeOffset now
    )
    {
        if (CustomerLookups.OfMobile(book, application.MobileIndex) is not null)
        {
            return;
        }

        var customer = book.Get(CustomerTables.Customers, opening.CustomerId) with
        {
            Profile = opening.Profile,
        };
        if (opening.Former is not { } former)
        {
            CustomerLookups.GiveMobile(book, application.MobileIndex, customer.Id);
            book.Update(CustomerTables.Customers, customer);
            return;
        }

        CustomerLookups.TakeMobile(
            book,
            application.MobileIndex,
            customer.Id,
            former.Indexes,
            former.ToNew.RealNow
        );
        book.Update(CustomerTables.Customers, customer with { MobileChangedAt = now });
        former.ToOld.Send(book, customer.Id);
        former.ToNew.Send(book, customer.Id);
    }

    private static void AddAccount(
        Book book,
        AccountApplicationRow application,
        Opening opening,
        DateTimeOffset now
    )
    {
        if (opening.Known is null)
        {
            AddCustomer(book, application, opening, now);
        }
        else
        {
            var customer = book.Get(CustomerTables.Customers, opening.CustomerId);
            book.Update(CustomerTables.Customers, AccountRules.Count(customer, opening.Account.Type, 1));
        }

        book.Insert(CustomerTables.BoundCards, opening.Card);
        book.Insert(AccountTables.Accounts, opening.Account);
    }

    private static void AddCustomer(
        Book book,
        AccountApplicationRow application,
        Opening opening,
        DateTimeOffset now
    )
    {
        book.Insert(
            CustomerTables.Customers,
            AccountRules.Count(
                new CustomerRow
                {
                    Id = opening.CustomerId,
                    Profile = opening.Profile,
                    TypeTwoAccounts = 0,
                    CreatedAt = now,
                },
                opening.Account.Type,
                1
            )
        );
        CustomerLookups.GiveIdNumber(book, application.IdNumberIndex, opening.CustomerId);
        CustomerLookups.GiveMobile(book, application.MobileIndex, opening.CustomerId);
    }

    private static AccountApplicationRow TakeIn(Book book, AccountApplicationRow application)
    {
        application = book.Insert(ApplicationTables.Applications, application);
        Emit(book, application);
        return application;
    }

    private static void Emit(Book book, AccountApplicationRow application)
    {
        var status = ApplicationRules.StatusOf(application).Value;
        List<EventSubject> subjects = [EventSubject.Of("application_id", application.Id)];
        if (application.AccountId is { } account && application.CustomerId is { } customer)
        {
            subjects.Add(EventSubject.Of("account_id", account));
            subjects.Add(EventSubject.Of("customer_id", customer));
        }

        if (application.Reason is { } reason)
        {
            subjects.Add(EventSubject.Of("reason", reason));
        }

        book.Emit(
            new(
                application.AppId.Value,
                "account_application." + status,
                application.Version,
                status,
                [.. subjects]
            )
        );
    }
}
