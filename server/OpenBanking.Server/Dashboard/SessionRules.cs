using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Dashboard;

/// <summary>Begins a session, and sends its one-time code.</summary>
public sealed record BeginSession(
    World World,
    DateTimeOffset Now,
    CustomerSessionRow Session,
    NewOneTimeCode Code
) : Command<Done>(World, Now)
{
    public override Subject Subject => Subject.Of(Session.Id);

    public override void Keys(IKeySet keys)
    {
        keys.Want(SessionTables.Sessions, Session.Id);
        OneTimeCodeRules.Want(keys, Code);
    }

    public override Decision<Done> Decide(Book book) => SessionRules.Begin(this, book);
}

/// <summary>The one-time code of a session was entered.</summary>
/// <param name="Session">Read before the batch for what never changes in it.</param>
/// <param name="BrowserHash">The hash of the new secret that the browser gets when the code is right.</param>
public sealed record EnterSessionCode(
    World World,
    DateTimeOffset Now,
    CustomerSessionRow Session,
    byte[] Mac,
    string BrowserHash
) : Command<CodeCheck>(World, Now)
{
    public override Subject Subject => Subject.Of(Session.Id);

    public override void Keys(IKeySet keys)
    {
        keys.Want(SessionTables.Sessions, Session.Id);
        keys.Want(CustomerTables.OneTimeCodes, Session.CodeId);
        keys.Want(CustomerTables.OneTimeCodeRates, new(Session.MobileIndex));
        keys.Want(CustomerTables.Mobiles, new(Session.MobileIndex));
    }

    public override Decision<CodeCheck> Decide(Book book) => SessionRules.EnterCode(this, book);
}

/// <summary>Begins a session with a passkey, which takes the code's place.</summary>
/// <param name="Session">As it is when the passkey is right.</param>
public sealed record BeginSessionWithPasskey(
    World World,
    DateTimeOffset Now,
    CustomerSessionRow Session,
    PasskeyAnswer Answer
) : Command<PasskeyCheck>(World, Now)
{
    public override Subject Subject => Subject.Of(Answer.CustomerId);

    public override void Keys(IKeySet keys)
    {
        keys.Want(SessionTables.Sessions, Session.Id);
        PasskeyRules.WantAnswer(keys, Answer);
    }

    public override Decision<PasskeyCheck> Decide(Book book) => SessionRules.BeginWithPasskey(this, book);
}

/// <summary>The payment PIN was entered, which ends signing in.</summary>
/// <param name="Hash">The PIN, hashed with the customer's salt.</param>
/// <param name="BrowserHash">The hash of the new secret that the browser gets when the PIN is right.</param>
public sealed record EnterSessionPin(
    World World,
    DateTimeOffset Now,
    Id<CustomerSessionRow> SessionId,
    Id<CustomerRow> CustomerId,
    byte[] Hash,
    string BrowserHash
) : Command<PinCheck>(World, Now)
{
    public override Actor Actor => Actor.Customer(CustomerId);

    public override Subject Subject => Subject.Of(SessionId);

    public override void Keys(IKeySet keys)
    {
        keys.Want(SessionTables.Sessions, SessionId);
        keys.Want(CustomerTables.Customers, CustomerId);
    }

    public override Decision<PinCheck> Decide(Book book) => SessionRules.EnterPin(this, book);
}

/// <summary>Signs out.</summary>
public sealed record EndSession(World World, DateTimeOffset Now, Id<CustomerSessionRow> SessionId)
    : Command<Done>(World, Now)
{
    public override Subject Subject => Subject.Of(SessionId);

    public override void Keys(IKeySet keys) => keys.Want(SessionTables.Sessions, SessionId);

    public override Decision<Done> Decide(Book book) => SessionRules.End(this, book);
}

/// <summary>How a customer signs in on their own pages: the one-time code shows whose the number is now, and the payment
/// PIN that it is still the customer's. The code alone is not enough: numbers are given to new people. A passkey takes the
/// code's place, and no more.</summary>
public static class SessionRules
{
    /// <summary>What pages may answer with when a session cannot go on.</summary>
    public const string Over = "session_over";

    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);

    /// <summary>Refuses: too many codes.</summary>
    public static Decision<Done> Begin(BeginSession command, Book book)
    {
        if (OneTimeCodeRules.Send(book, command.Code) is { } refusal)
        {
            return refusal;
        }

        book.Insert(SessionTables.Sessions, command.Session);
        return Decision.Accept(new Done());
    }

    /// <summary>Declines: the passkey does not sign in; what it was is counted or noted.</summary>
    public static Decision<PasskeyCheck> BeginWithPasskey(BeginSessionWithPasskey command, Book book)
    {
        var check = PasskeyRules.Check(book, command.Answer, command.Now);
        if (check != PasskeyCheck.Right)
        {
            return Decision.Decline(check);
        }

        book.Insert(SessionTables.Sessions, command.Session with { CustomerId = command.Answer.CustomerId });
        return Decision.Accept(check);
    }

    /// <summary>
    /// Refuses: the session waits for no code.
    /// Declines: the code was wrong; the guess is counted.
    /// </summary>
    public static Decision<CodeCheck> EnterCode(EnterSessionCode command, Book book)
    {
        var session = book.Get(SessionTables.Sessions, command.Session.Id);
        if (session.State != SessionState.Begun)
        {
            return Decision.Reject(Over);
        }

        var check = OneTimeCodeRules.Check(book, session.CodeId, command.Mac, command.Form, command.Now);
        if (check != CodeCheck.Right)
        {
            return Decision.Decline(check);
        }

        book.Update(
            SessionTables.Sessions,
            session with
            {
                State = SessionState.NumberProven,
                BrowserHash = command.BrowserHash,
                CustomerId = CustomerLookups.OfMobile(book, session.MobileIndex),
            }
        );
        return Decision.Accept(check);
    }

    /// <summary>
    /// Refuses: the session waits for no PIN, or not for this customer's.
    /// Declines: the PIN was wrong; the try is counted.
    /// </summary>
    public static Decision<PinCheck> EnterPin(EnterSessionPin command, Book book)
    {
        var session = book.Get(SessionTables.Sessions, command.SessionId);
        if (session.State != SessionState.NumberProven || session.CustomerId != command.CustomerId)
        {
            return Decision.Reject(Over);
        }

        var check = PinRules.Check(book, command.CustomerId, command.Hash, command.Form, command.Now);
        if (check != PinCheck.Right)
        {
            return Decision.Decline(check);
        }

        book.Update(
            SessionTables.Sessions,
            session with
            {
                State = SessionState.SignedIn,
                BrowserHash = command.BrowserHash,
            }
        );
        return Decision.Accept(check);
    }

    /// <summary>Signing out twice is signing out once.</summary>
    public static Decision<Done> End(EndSession command, Book book)
    {
        EndAll(book, [command.SessionId]);
        return Decision.Accept(new Done());
    }

    /// <summary>Ends sessions, where there still are any: somebody else may be signed in with what the customer has
    /// lost, or changed.</summary>
    public static void EndAll(Book book, IReadOnlyList<Id<CustomerSessionRow>> sessions)
    {
        foreach (var id in sessions)
        {
            if (book.Find(SessionTables.Sessions, id) is { State: not SessionState.Ended } session)
            {
                book.Update(SessionTables.Sessions, session with { State = SessionState.Ended });
            }
        }
    }

    public static void WantAll(IKeySet keys, IReadOnlyList<Id<CustomerSessionRow>> sessions)
    {
        foreach (var id in sessions)
        {
            keys.Want(SessionTables.Sessions, id);
        }
    }
}
