using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Dashboard;

/// <summary>Something about the change of a customer's mobile number.</summary>
/// <param name="Change">Read before the batch, or new.</param>
public abstract record MobileChangeCommand<TReply>(World World, DateTimeOffset Now, MobileChangeRow Change)
    : Command<TReply>(World, Now)
{
    public override Guid Lane => Change.CustomerId.Value;

    public override Actor Actor => Actor.Customer(Change.CustomerId);

    public override Subject Subject => Subject.Of(Change.CustomerId);

    public override void Keys(IKeySet keys)
    {
        keys.Want(MobileChangeTables.Changes, new(Change.SessionId));
        keys.Want(SessionTables.Sessions, Change.SessionId);
        keys.Want(CustomerTables.Customers, Change.CustomerId);
        keys.Want(CustomerTables.Mobiles, new(Change.MobileIndex));
    }
}

/// <summary>Begins it: the payment PIN and a bound card show whose the accounts are, and a code goes to the new
/// number.</summary>
/// <param name="PinHash">The PIN, hashed with the customer's salt.</param>
/// <param name="CardIsTheirs">Whether the card that was entered is bound to an account of the customer.</param>
public sealed record BeginMobileChange(
    World World,
    DateTimeOffset Now,
    MobileChangeRow Change,
    byte[] PinHash,
    bool CardIsTheirs,
    NewOneTimeCode Code
) : MobileChangeCommand<PersonCheck>(World, Now, Change)
{
    public override void Keys(IKeySet keys)
    {
        base.Keys(keys);
        OneTimeCodeRules.Want(keys, Code);
    }

    public override Decision<PersonCheck> Decide(Book book) => MobileChangeRules.Begin(this, book);
}

/// <summary>The code that went to the new number was entered.</summary>
/// <param name="Request">Who is to be verified, sealed for the intent.</param>
public sealed record EnterMobileChangeCode(
    World World,
    DateTimeOffset Now,
    MobileChangeRow Change,
    byte[] Mac,
    Id<IntentRow> IntentId,
    byte[] Request,
    DateTimeOffset RealNow
) : MobileChangeCommand<CodeCheck>(World, Now, Change)
{
    public override void Keys(IKeySet keys)
    {
        base.Keys(keys);
        keys.Want(CustomerTables.OneTimeCodes, Change.CodeId);
        keys.Want(CustomerTables.OneTimeCodeRates, new(Change.MobileIndex));
    }

    public override Decision<CodeCheck> Decide(Book book) => MobileChangeRules.EnterCode(this, book);
}

/// <summary>The card's bank has answered.</summary>
/// <param name="OldMobileIndex">The blind index of the number that the customer had when it began.</param>
/// <param name="Read">The customer as they were when <paramref name="Profile"/> was made of theirs.</param>
/// <param name="Profile">With the new number, sealed.</param>
/// <param name="MobileOfSession">The new number, sealed for the session.</param>
/// <param name="Former">The blind indexes of the other numbers that the customer has.</param>
/// <param name="Notices">To the old number and to the new one.</param>
public sealed record CompleteMobileChange(
    World World,
    DateTimeOffset Now,
    MobileChangeRow Change,
    Id<IntentRow> IntentId,
    string OldMobileIndex,
    bool Verified,
    CustomerRow Read,
    byte[] Profile,
    byte[] MobileOfSession,
    IReadOnlyList<string> Former,
    IReadOnlyList<Notice> Notices,
    DateTimeOffset RealNow
) : MobileChangeCommand<Done>(World, Now, Change)
{
    public override Actor Actor => Actor.Bank;

    public override void Keys(IKeySet keys)
    {
        base.Keys(keys);
        keys.Want(IntentTables.Intents, IntentId);
        keys.Want(CustomerTables.Mobiles, new(OldMobileIndex));
        foreach (var index in Former)
        {
            keys.Want(CustomerTables.Mobiles, new(index));
        }
    }

    public override Decision<Done> Decide(Book book) => MobileChangeRules.Complete(this, book);
}

/// <summary>How a mobile number takes the place of a customer's: by the payment PIN and a bound card, by a code to the new
/// number, and by the card's bank, which says whether the number is this person's. From then on only the new one signs
/// in. A number that another customer has is not taken from them.</summary>
public static class MobileChangeRules
{
    /// <summary>What is answered when the customer's details changed since they were read: read again.</summary>
    public const string CustomerChanged = "customer_changed";

    /// <summary>
    /// Refuses: the session is not signed in, or verifies already; too many codes.
    /// Declines: the PIN was wrong, or the card is none of theirs; the try is counted.
    /// </summary>
    public static Decision<PersonCheck> Begin(BeginMobileChange command, Book book)
    {
        var key = new MobileChangeKey(command.Change.SessionId);
        var session = book.Get(SessionTables.Sessions, key.SessionId);
        var before = book.Find(MobileChangeTables.Changes, key);
        if (
            session.State != SessionState.SignedIn
            || session.CustomerId != command.Change.CustomerId
            || before?.State == MobileChangeState.Verifying
        )
        {
            return Decision.Reject(SessionRules.Over);
        }

        var check = PersonRules.Check(
            book,
            command.Change.CustomerId,
            command.PinHash,
            command.Form,
            command.CardIsTheirs,
            command.Now,
            command.Code.RealNow
        );
        if (check != PersonCheck.Right)
        {
            return Decision.Decline(check);
        }

        if (OneTimeCodeRules.Send(book, command.Code) is { } refusal)
        {
            return refusal;
        }

        var change = command.Change with { ExpiresAt = session.ExpiresAt };
        if (before is null)
        {
            book.Insert(MobileChangeTables.Changes, change);
        }
        else
        {
            book.Update(MobileChangeTables.Changes, change with { Version = before.Version });
        }

        return Decision.Accept(check);
    }

    /// <summary>
    /// Refuses: no code is waited for.
    /// Declines: the code was wrong; the guess is counted.
    /// </summary>
    public static Decision<CodeCheck> EnterCode(EnterMobileChangeCode command, Book book)
    {
        var change = book.Get(MobileChangeTables.Changes, new(command.Change.SessionId));
        if (change.State != MobileChangeState.CodeSent || change.CodeId != command.Change.CodeId)
        {
            return Decision.Reject(SessionRules.Over);
        }

        var check = OneTimeCodeRules.Check(book, change.CodeId, command.Mac, command.Form, command.RealNow);
        if (check != CodeCheck.Right)
        {
            return Decision.Decline(check);
        }

        if (IsOfAnother(book, change))
        {
            End(book, change, MobileChangeState.OfAnother);
            return Decision.Accept(check);
        }

        book.Update(MobileChangeTables.Changes, change with { State = MobileChangeState.Verifying });
        IntentRules.Ask(
            book,
            command.IntentId,
            IntentKind.VerifyMobileChange,
            change.SessionId.Value,
            command.RealNow,
            command.Request
        );
        return Decision.Accept(check);
    }

    /// <summary>
    /// Refuses: the customer's details changed since they were read; the worker reads again.
    /// An answer that comes twice, or after the session is long forgotten, changes nothing. One that comes after another change, or
    /// an erasure, refuses this one.
    /// </summary>
    public static Decision<Done> Complete(CompleteMobileChange command, Book book)
    {
        var customer = book.Get(CustomerTables.Customers, command.Change.CustomerId);
        if (!customer.Profile.AsSpan().SequenceEqual(command.Read.Profile))
        {
            return Decision.Reject(CustomerChanged);
        }

        if (
            !IntentRules.TryFinish(book, command.IntentId)
            || book.Find(MobileChangeTables.Changes, new(command.Change.SessionId))
                is not { State: MobileChangeState.Verifying } change
        )
        {
            return Decision.Accept(new Done());
        }

        if (!CustomerLookups.IsMobileOf(book, command.OldMobileIndex, customer.Id))
        {
            End(book, change, MobileChangeState.Refused);
        }
        else if (!command.Verified)
        {
            PersonRules.CountWrong(book, customer.Id, command.RealNow);
            End(book, change, MobileChangeState.Refused);
        }
        else if (IsOfAnother(book, change))
        {
            End(book, change, MobileChangeState.OfAnother);
        }
        else
        {
            Take(book, command, customer);
            End(book, change, MobileChangeState.Done);
        }

        return Decision.Accept(new Done());
    }

    private static bool IsOfAnother(Book book, MobileChangeRow change) =>
        CustomerLookups.OfMobile(book, change.MobileIndex) is { } holder && holder != change.CustomerId;

    private static void Take(Book book, CompleteMobileChange command, CustomerRow customer)
    {
        CustomerLookups.TakeMobile(
            book,
            command.Change.MobileIndex,
            customer.Id,
            command.Former,
            command.RealNow
        );
        book.Update(
            CustomerTables.Customers,
            customer with
            {
                Profile = command.Profile,
                MobileChangedAt = command.Now,
            }
        );
        if (book.Find(SessionTables.Sessions, command.Change.SessionId) is { } session)
        {
            book.Update(
                SessionTables.Sessions,
                session with
                {
                    Mobile = command.MobileOfSession,
                    MobileIndex = command.Change.MobileIndex,
                }
            );
        }

        foreach (var notice in command.Notices)
        {
            notice.Send(book, customer.Id);
        }
    }

    private static void End(Book book, MobileChangeRow change, MobileChangeState state) =>
        book.Update(MobileChangeTables.Changes, change with { State = state, Request = [] });
}
