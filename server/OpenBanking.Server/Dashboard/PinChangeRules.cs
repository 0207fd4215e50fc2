using OpenBanking.Server.Authorization;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Dashboard;

/// <summary>A payment PIN as it is kept.</summary>
public sealed record NewPin(byte[] Hash, byte[] Salt);

/// <summary>Something about the payment PIN of a customer.</summary>
public abstract record PinCommand<TReply>(World World, DateTimeOffset Now, Id<CustomerRow> CustomerId)
    : Command<TReply>(World, Now)
{
    public override Guid Lane => CustomerId.Value;

    public override Actor Actor => Actor.Customer(CustomerId);

    public override Subject Subject => Subject.Of(CustomerId);

    public override void Keys(IKeySet keys) => keys.Want(CustomerTables.Customers, CustomerId);
}

/// <summary>Changes the payment PIN; the present one shows whose it is.</summary>
/// <param name="Present">The present PIN, hashed with the salt that the customer had when it was read.</param>
/// <param name="OtherSessions">The customer's others than this one, which end.</param>
public sealed record ChangePin(
    World World,
    DateTimeOffset Now,
    Id<CustomerRow> CustomerId,
    NewPin Present,
    NewPin Pin,
    IReadOnlyList<Id<CustomerSessionRow>> OtherSessions,
    Notice Notice
) : PinCommand<PinCheck>(World, Now, CustomerId)
{
    /// <summary>The ways from apps on which the customer has signed in: they sign in anew.</summary>
    public IReadOnlyList<Id<InteractionRow>> SignIns { get; init; } = [];

    public override void Keys(IKeySet keys)
    {
        base.Keys(keys);
        SessionRules.WantAll(keys, OtherSessions);
        InteractionRules.WantAll(keys, SignIns);
    }

    public override Decision<PinCheck> Decide(Book book) => PinChangeRules.Change(this, book);
}

/// <summary>Begins to set a forgotten PIN anew: the person is verified again.</summary>
/// <param name="SessionId">In which the number or a passkey was proven.</param>
/// <param name="IdNumberIndex">The blind index of the ID number that was entered.</param>
/// <param name="CardIsTheirs">Whether the card that was entered is bound to an account of the customer.</param>
/// <param name="Request">Who is to be verified, sealed.</param>
public sealed record BeginPinReset(
    World World,
    DateTimeOffset Now,
    Id<CustomerRow> CustomerId,
    Id<CustomerSessionRow> SessionId,
    string IdNumberIndex,
    bool CardIsTheirs,
    NewPin Pin,
    Id<IntentRow> IntentId,
    byte[] Request,
    DateTimeOffset RealNow
) : PinCommand<PersonCheck>(World, Now, CustomerId)
{
    public override void Keys(IKeySet keys)
    {
        base.Keys(keys);
        keys.Want(SessionTables.Sessions, SessionId);
        keys.Want(PinResetTables.Resets, new(SessionId));
        keys.Want(CustomerTables.Identities, new(IdNumberIndex));
    }

    public override Decision<PersonCheck> Decide(Book book) => PinChangeRules.BeginReset(this, book);
}

/// <summary>The card's bank has answered.</summary>
/// <param name="MobileIndex">Of the number that it was asked about.</param>
/// <param name="OtherSessions">The customer's others than the one that asked, which end.</param>
public sealed record CompletePinReset(
    World World,
    DateTimeOffset Now,
    Id<CustomerRow> CustomerId,
    Id<CustomerSessionRow> SessionId,
    Id<IntentRow> IntentId,
    string MobileIndex,
    bool Verified,
    IReadOnlyList<Id<CustomerSessionRow>> OtherSessions,
    Notice Notice
) : PinCommand<Done>(World, Now, CustomerId)
{
    /// <inheritdoc cref="ChangePin.SignIns"/>
    public IReadOnlyList<Id<InteractionRow>> SignIns { get; init; } = [];

    public override Actor Actor => Actor.Bank;

    public override void Keys(IKeySet keys)
    {
        base.Keys(keys);
        keys.Want(SessionTables.Sessions, SessionId);
        keys.Want(PinResetTables.Resets, new(SessionId));
        keys.Want(IntentTables.Intents, IntentId);
        keys.Want(CustomerTables.Mobiles, new(MobileIndex));
        SessionRules.WantAll(keys, OtherSessions);
        InteractionRules.WantAll(keys, SignIns);
    }

    public override Decision<Done> Decide(Book book) => PinChangeRules.CompleteReset(this, book);
}

/// <summary>How a payment PIN becomes another: by the present one, or when it was forgotten, by all that the person was
/// verified with when the account was opened. A one-time code or a passkey comes first; the customer is told, and their other
/// sessions end, and what they have proven on ways from apps.</summary>
public static class PinChangeRules
{
    /// <summary>What is answered when the PIN became another since its salt was read: what was entered is no guess at it.</summary>
    public const string PinChanged = "pin_changed";

    /// <summary>
    /// Refuses: the PIN has become another meanwhile.
    /// Declines: the present PIN was wrong; the try is counted.
    /// </summary>
    public static Decision<PinCheck> Change(ChangePin command, Book book)
    {
        var customer = book.Get(CustomerTables.Customers, command.CustomerId);
        if (!command.Present.Salt.AsSpan().SequenceEqual(customer.PinSalt))
        {
            return Decision.Reject(PinChanged);
        }

        var check = PinRules.Check(book, customer.Id, command.Present.Hash, command.Form, command.Now);
        if (check != PinCheck.Right)
        {
            return Decision.Decline(check);
        }

        Set(book, command.CustomerId, command.Pin.Hash, command.Pin.Salt, command.Notice);
        SessionRules.EndAll(book, command.OtherSessions);
        InteractionRules.EndSignIns(book, command.SignIns);
        return Decision.Accept(check);
    }

    /// <summary>
    /// Refuses: the session is not the customer's, or asks already.
    /// Declines: the ID number or the card is not theirs; the try is counted.
    /// </summary>
    public static Decision<PersonCheck> BeginReset(BeginPinReset command, Book book)
    {
        var session = book.Get(SessionTables.Sessions, command.SessionId);
        var before = book.Find(PinResetTables.Resets, new(command.SessionId));
        if (
            session.State != SessionState.NumberProven
            || session.CustomerId != command.CustomerId
            || before?.State == PinResetState.Verifying
        )
        {
            return Decision.Reject(SessionRules.Over);
        }

        var check = PersonRules.Check(
            book,
            command.CustomerId,
            command.CardIsTheirs && PersonRules.IsIdNumberOf(book, command.IdNumberIndex, command.CustomerId),
            command.RealNow
        );
        if (check != PersonCheck.Right)
        {
            return Decision.Decline(check);
        }

        var reset = new PinResetRow
        {
            SessionId = command.SessionId,
            CustomerId = command.CustomerId,
            State = PinResetState.Verifying,
            PinHash = command.Pin.Hash,
            PinSalt = command.Pin.Salt,
            ExpiresAt = session.ExpiresAt,
        };
        if (before is null)
        {
            book.Insert(PinResetTables.Resets, reset);
        }
        else
        {
            book.Update(PinResetTables.Resets, reset with { Version = before.Version });
        }

        IntentRules.Ask(
            book,
            command.IntentId,
            IntentKind.VerifyPinReset,
            command.SessionId.Value,
            command.RealNow,
            command.Request
        );
        return Decision.Accept(check);
    }

    /// <summary>An answer that comes twice, or after the session is long forgotten, changes nothing. One about a number that is
    /// the customer's no more sets no PIN, nor does one that was asked for in a session which was ended since, as by another new PIN or
    /// a loss report.</summary>
    public static Decision<Done> CompleteReset(CompletePinReset command, Book book)
    {
        if (
            IntentRules.TryFinish(book, command.IntentId)
            && book.Find(PinResetTables.Resets, new(command.SessionId))
                is { State: PinResetState.Verifying } reset
            && book.Get(CustomerTables.Customers, command.CustomerId).ErasedAt is null
        )
        {
            var isTheirs = CustomerLookups.IsMobileOf(book, command.MobileIndex, command.CustomerId);
            var isSet =
                command.Verified
                && isTheirs
                && book.Find(SessionTables.Sessions, command.SessionId) is not { State: SessionState.Ended };
            book.Update(
                PinResetTables.Resets,
                reset with
                {
                    State = isSet ? PinResetState.Done : PinResetState.Refused,
                    PinHash = [],
                    PinSalt = [],
                }
            );
            if (isSet)
            {
                PersonRules.Forgive(book, reset.CustomerId);
                Set(book, reset.CustomerId, reset.PinHash, reset.PinSalt, command.Notice);
                SessionRules.EndAll(book, command.OtherSessions);
                InteractionRules.EndSignIns(book, command.SignIns);
            }
            else if (isTheirs && !command.Verified)
            {
                PersonRules.CountWrong(book, reset.CustomerId, command.Notice.RealNow);
            }
        }

        return Decision.Accept(new Done());
    }

    private static void Set(Book book, Id<CustomerRow> customerId, byte[] hash, byte[] salt, Notice notice)
    {
        var customer = book.Get(CustomerTables.Customers, customerId);
        book.Update(
            CustomerTables.Customers,
            customer with
            {
                PinHash = hash,
                PinSalt = salt,
                PinFailures = 0,
                PinLockedUntil = null,
            }
        );
        notice.Send(book, customerId);
    }
}
