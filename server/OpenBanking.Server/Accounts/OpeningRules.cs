using OpenBanking.Server.Authorization;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Accounts;

/// <summary>Asks for an account to be opened for the person on the bank's pages.</summary>
/// <param name="Previous">The interaction's newest application when the form was sent; null when there was none.</param>
public sealed record SubmitApplication(
    World World,
    DateTimeOffset Now,
    Id<InteractionRow> InteractionId,
    Id<AccountApplicationRow>? Previous,
    AccountApplicationRow Application,
    Id<IntentRow> IntentId,
    DateTimeOffset RealNow
) : Command<AccountApplicationRow>(World, Now)
{
    public override Actor Actor => Actor.App(Application.AppId);

    public override Subject Subject => Subject.Of(Application.Id);

    public override void Keys(IKeySet keys)
    {
        keys.Want(AuthorizationTables.Interactions, InteractionId);
        keys.Want(AccountTables.Applications, Application.Id);
    }

    public override Decision<AccountApplicationRow> Decide(Book book) => OpeningRules.Submit(this, book);
}

/// <summary>Identity verification answered.</summary>
/// <param name="Application">Read before the batch for what never changes in it.</param>
/// <param name="FailureReason">Why the person was not verified; null when they were.</param>
/// <param name="CustomerId">The customer with this ID number, or a new id when there is none yet.</param>
/// <param name="IsNewCustomer">Whether there was none.</param>
/// <param name="Profile">The new customer's profile, sealed.</param>
/// <param name="Card">The card to bind.</param>
/// <param name="Account">The account to open.</param>
public sealed record CompleteVerification(
    World World,
    DateTimeOffset Now,
    Id<IntentRow> IntentId,
    AccountApplicationRow Application,
    string? FailureReason,
    Id<CustomerRow> CustomerId,
    bool IsNewCustomer,
    byte[] Profile,
    BoundCardRow Card,
    AccountRow Account
) : Command<AccountApplicationRow>(World, Now)
{
    public override Subject Subject => Subject.Of(Application.Id);

    public override void Keys(IKeySet keys)
    {
        keys.Want(IntentTables.Intents, IntentId);
        keys.Want(AccountTables.Applications, Application.Id);
        keys.Want(CustomerTables.Identities, new(Application.IdNumberIndex));
        keys.Want(CustomerTables.Mobiles, new(Application.MobileIndex));
        keys.Want(CustomerTables.Customers, CustomerId);
        keys.Want(AccountTables.Accounts, Account.Id);
    }

    public override Decision<AccountApplicationRow> Decide(Book book) => OpeningRules.Complete(this, book);
}

/// <summary>How an account is opened: identity verification is asked, and its answer opens the account or not.</summary>
public static class OpeningRules
{
    /// <summary>Why an application came to nothing.</summary>
    public static class Reasons
    {
        public const string IdentityNotVerified = "identity_not_verified";
        public const string CardNotVerified = "card_not_verified";
        public const string MobileOfAnother = "mobile_of_another_customer";
        public const string TooManyAccounts = "too_many_accounts";
    }

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
            }
        );
        var application = book.Insert(AccountTables.Applications, command.Application);
        IntentRules.Ask(
            book,
            command.IntentId,
            IntentKind.VerifyIdentity,
            application.Id.Value,
            command.RealNow
        );
        return Decision.Accept(application);
    }

    /// <summary>
    /// Refuses: the ID number got another customer since it was looked up; the worker looks again.
    /// An answer that comes twice counts once.
    /// </summary>
    public static Decision<AccountApplicationRow> Complete(CompleteVerification command, Book book)
    {
        var application = book.Get(AccountTables.Applications, command.Application.Id);
        var identity = book.Find(CustomerTables.Identities, new(application.IdNumberIndex));
        if (
            identity is null != command.IsNewCustomer
            || (identity is not null && identity.CustomerId != command.CustomerId)
        )
        {
            return Decision.Reject("customer_changed");
        }

        if (!IntentRules.TryFinish(book, command.IntentId))
        {
            return Decision.Accept(application);
        }

        var reason = command.FailureReason ?? ReasonNotToOpen(command, book);
        return Decision.Accept(
            reason is null
                ? Open(command, book, application)
                : book.Update(
                    AccountTables.Applications,
                    application with
                    {
                        State = command.FailureReason is null
                            ? ApplicationState.Rejected
                            : ApplicationState.IdentityFailed,
                        Reason = reason,
                    }
                )
        );
    }

    private static string? ReasonNotToOpen(CompleteVerification command, Book book)
    {
        var mobile = book.Find(CustomerTables.Mobiles, new(command.Application.MobileIndex));
        var limits = LimitRules.For(command.Account.Type, BusinessCalendar.DateOf(command.Now));
        var accounts = book.Find(CustomerTables.Customers, command.CustomerId)?.TypeTwoAccounts ?? 0;
        return mobile is not null && mobile.CustomerId != command.CustomerId ? Reasons.MobileOfAnother
            : accounts >= limits.AccountsPerPerson ? Reasons.TooManyAccounts
            : null;
    }

    private static AccountApplicationRow Open(
        CompleteVerification command,
        Book book,
        AccountApplicationRow application
    )
    {
        if (command.IsNewCustomer)
        {
            AddCustomer(command, book, application);
        }
        else
        {
            var customer = book.Get(CustomerTables.Customers, command.CustomerId);
            book.Update(
                CustomerTables.Customers,
                customer with
                {
                    TypeTwoAccounts = customer.TypeTwoAccounts + 1,
                }
            );
        }

        if (book.Find(CustomerTables.Mobiles, new(application.MobileIndex)) is null)
        {
            book.Insert(
                CustomerTables.Mobiles,
                new CustomerMobileRow
                {
                    MobileIndex = application.MobileIndex,
                    CustomerId = command.CustomerId,
                }
            );
        }

        book.Insert(CustomerTables.BoundCards, command.Card);
        var account = book.Insert(AccountTables.Accounts, command.Account);
        AccountRules.Emit(book, EventTypes.AccountOpened, account, application.AppId);
        if (book.Get(CustomerTables.Customers, command.CustomerId).PinHash is not null)
        {
            // The PIN is the customer's, and is set already.
            AccountRules.Activate(book, account.Id, application.AppId);
        }

        return book.Update(
            AccountTables.Applications,
            application with
            {
                State = ApplicationState.Opened,
                CustomerId = command.CustomerId,
                AccountId = account.Id,
            }
        );
    }

    private static void AddCustomer(
        CompleteVerification command,
        Book book,
        AccountApplicationRow application
    )
    {
        book.Insert(
            CustomerTables.Customers,
            new CustomerRow
            {
                Id = command.CustomerId,
                Profile = command.Profile,
                TypeTwoAccounts = 1,
                CreatedAt = command.Now,
            }
        );
        book.Insert(
            CustomerTables.Identities,
            new CustomerIdentityRow
            {
                IdNumberIndex = application.IdNumberIndex,
                CustomerId = command.CustomerId,
            }
        );
    }
}
