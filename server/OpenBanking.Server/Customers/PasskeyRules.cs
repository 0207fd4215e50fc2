using OpenBanking.Server.Accounts;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Customers;

/// <summary>A challenge of ours that was answered in time, by the browser it was for.</summary>
public sealed record AnsweredChallenge(string Hash, DateTimeOffset ExpiresAt);

/// <summary>An answer that names a passkey.</summary>
/// <param name="Proven">Whether the passkey's key signed it, here and with the user verified.</param>
/// <param name="Counter">How often the key has signed, as the answer says.</param>
public sealed record PasskeyAnswer(
    Id<CustomerRow> CustomerId,
    string CredentialHash,
    AnsweredChallenge Challenge,
    bool Proven,
    long Counter
);

/// <summary>What became of a passkey's answer.</summary>
public enum PasskeyCheck
{
    Right,

    /// <summary>Why is nobody's business: the one-time code is the way.</summary>
    Refused,
}

/// <summary>What customers do with their passkeys.</summary>
public abstract record OwnPasskeyCommand<TReply>(World World, DateTimeOffset Now, Id<CustomerRow> CustomerId)
    : Command<TReply>(World, Now)
{
    public override Guid Lane => CustomerId.Value;

    public override Actor Actor => Actor.Customer(CustomerId);

    public override Subject Subject => Subject.Of(CustomerId);

    public override void Keys(IKeySet keys) => keys.Want(CustomerTables.Customers, CustomerId);
}

/// <summary>Asks for another passkey, with the payment PIN: a browser that was left open adds none.</summary>
/// <param name="PinHash">The PIN, hashed with the customer's salt.</param>
/// <param name="Accounts">The customer's: none may be reported lost.</param>
public sealed record AskForPasskey(
    World World,
    DateTimeOffset Now,
    Id<CustomerRow> CustomerId,
    string Name,
    byte[] PinHash,
    IReadOnlyList<Id<AccountRow>> Accounts
) : OwnPasskeyCommand<PinCheck>(World, Now, CustomerId)
{
    public override void Keys(IKeySet keys)
    {
        base.Keys(keys);
        PasskeyRules.WantAccounts(keys, Accounts);
    }

    public override Decision<PinCheck> Decide(Book book) => PasskeyRules.Ask(this, book);
}

/// <summary>Adds a passkey that a device has made.</summary>
/// <param name="Accounts">The customer's: none may be reported lost.</param>
public sealed record AddPasskey(
    World World,
    DateTimeOffset Now,
    PasskeyRow Passkey,
    AnsweredChallenge Challenge,
    IReadOnlyList<Id<AccountRow>> Accounts
) : OwnPasskeyCommand<Done>(World, Now, Passkey.CustomerId)
{
    public override void Keys(IKeySet keys)
    {
        base.Keys(keys);
        keys.Want(PasskeyTables.Passkeys, new(CustomerId, Passkey.CredentialHash));
        keys.Want(PasskeyTables.UsedChallenges, new(Challenge.Hash));
        PasskeyRules.WantAccounts(keys, Accounts);
    }

    public override Decision<Done> Decide(Book book) => PasskeyRules.Add(this, book);
}

/// <summary>Deletes a passkey.</summary>
public sealed record DeletePasskey(
    World World,
    DateTimeOffset Now,
    Id<CustomerRow> CustomerId,
    string CredentialHash
) : OwnPasskeyCommand<Done>(World, Now, CustomerId)
{
    public override void Keys(IKeySet keys)
    {
        base.Keys(keys);
        keys.Want(PasskeyTables.Passkeys, new(CustomerId, CredentialHash));
    }

    public override Decision<Done> Decide(Book book) => PasskeyRules.Delete(this, book);
}

/// <summary>Passkeys: a few a customer, added with the PIN, each answer good once; whoever guesses locks one for a day.
/// The signature itself is looked at before; what is decided here is whether it counts. They run on real time.</summary>
public static class PasskeyRules
{
    public const int Most = 10;
    public const int LongestName = 20;
    public const int MostFailures = 5;

    /// <summary>Why a page's act was refused; the pages have the words.</summary>
    public static class Refusals
    {
        public const string Name = "passkey_name";
        public const string TooMany = "passkey_too_many";
        public const string LossReported = "passkey_loss_reported";
        public const string NotTaken = "passkey_not_taken";
    }

    /// <summary>
    /// Refuses: a name that is none; as many passkeys as there may be; a loss that was reported.
    /// Declines: the PIN was wrong; the try is counted.
    /// </summary>
    public static Decision<PinCheck> Ask(AskForPasskey command, Book book)
    {
        var customer = book.Get(CustomerTables.Customers, command.CustomerId);
        if (WhyNoMore(book, customer, command.Name, command.Accounts) is { } refusal)
        {
            return refusal;
        }

        var check = PinRules.Check(book, command.CustomerId, command.PinHash, command.Form, command.Now);
        return check == PinCheck.Right ? Decision.Accept(check) : Decision.Decline(check);
    }

    /// <summary>Refuses: what <see cref="Ask"/> does; a challenge that was answered before; a passkey that is there.</summary>
    public static Decision<Done> Add(AddPasskey command, Book book)
    {
        var customer = book.Get(CustomerTables.Customers, command.CustomerId);
        if (customer.ErasedAt is not null)
        {
            return Decision.Reject(Refusals.NotTaken);
        }

        var passkey = command.Passkey with { Epoch = customer.PasskeyEpoch };
        if (WhyNoMore(book, customer, passkey.Name, command.Accounts) is { } refusal)
        {
            return refusal;
        }

        if (
            !UseUp(book, command.Challenge)
            || book.Find(PasskeyTables.Passkeys, new(passkey.CustomerId, passkey.CredentialHash)) is not null
        )
        {
            return Decision.Reject(Refusals.NotTaken);
        }

        book.Insert(PasskeyTables.Passkeys, passkey);
        book.Update(CustomerTables.Customers, customer with { Passkeys = customer.Passkeys + 1 });
        return Decision.Accept(new Done());
    }

    /// <summary>Deleting twice is deleting once, and deleting what there is not is nothing.</summary>
    public static Decision<Done> Delete(DeletePasskey command, Book book)
    {
        var customer = book.Get(CustomerTables.Customers, command.CustomerId);
        var passkey = book.Find(PasskeyTables.Passkeys, new(command.CustomerId, command.CredentialHash));
        if (passkey is not null && IsKept(passkey, customer))
        {
            book.Update(PasskeyTables.Passkeys, passkey with { EndedAt = command.Now });
            book.Update(CustomerTables.Customers, customer with { Passkeys = customer.Passkeys - 1 });
        }

        return Decision.Accept(new Done());
    }

    /// <summary>Ends all of a customer's passkeys: whoever has the phone may be able to use them.</summary>
    public static void EndAll(Book book, Id<CustomerRow> customerId)
    {
        var customer = book.Get(CustomerTables.Customers, customerId);
        if (customer.Passkeys > 0)
        {
            book.Update(
                CustomerTables.Customers,
                customer with
                {
                    Passkeys = 0,
                    PasskeyEpoch = customer.PasskeyEpoch + 1,
                }
            );
        }
    }

    public static void WantAnswer(IKeySet keys, PasskeyAnswer answer)
    {
        keys.Want(CustomerTables.Customers, answer.CustomerId);
        keys.Want(PasskeyTables.Passkeys, new(answer.CustomerId, answer.CredentialHash));
        keys.Want(PasskeyTables.UsedChallenges, new(answer.Challenge.Hash));
    }

    public static void WantAccounts(IKeySet keys, IReadOnlyList<Id<AccountRow>> accounts)
    {
        foreach (var account in accounts)
        {
            keys.Want(AccountTables.Accounts, account);
        }
    }

    /// <summary>Looks at an answer. A right one moves the counter on; a wrong one is counted, and a counter that goes
    /// backwards is noted. The challenge is used up in any case.</summary>
    public static PasskeyCheck Check(Book book, PasskeyAnswer answer, DateTimeOffset realNow)
    {
        var passkey = book.Find(PasskeyTables.Passkeys, new(answer.CustomerId, answer.CredentialHash));
        if (
            !UseUp(book, answer.Challenge)
            || passkey is null
            || !IsKept(passkey, book.Get(CustomerTables.Customers, answer.CustomerId))
            || passkey.CounterFellAt is not null
            || IsLocked(passkey, realNow)
        )
        {
            return PasskeyCheck.Refused;
        }

        var right = answer.Proven && IsForward(passkey.SignatureCounter, answer.Counter);
        book.Update(
            PasskeyTables.Passkeys,
            right ? Used(passkey, answer.Counter, realNow)
                : answer.Proven ? passkey with { CounterFellAt = realNow }
                : Failed(passkey, realNow)
        );
        return right ? PasskeyCheck.Right : PasskeyCheck.Refused;
    }

    /// <summary>Whether the customer still has it.</summary>
    public static bool IsKept(PasskeyRow passkey, CustomerRow customer) =>
        passkey.EndedAt is null && passkey.Epoch == customer.PasskeyEpoch;

    public static bool IsLocked(PasskeyRow passkey, DateTimeOffset now) =>
        LockOf(passkey).IsShut(MostFailures, now);

    /// <summary>A device that does not count says 0 always (WebAuthn §6.1.1).</summary>
    private static bool IsForward(long before, long now) => now > before || (now == 0 && before == 0);

    private static DayLock LockOf(PasskeyRow passkey) => new(passkey.Failures, passkey.FailingSince);

    private static PasskeyRow Used(PasskeyRow passkey, long counter, DateTimeOffset now) =>
        passkey with
        {
            SignatureCounter = counter,
            LastUsedAt = now,
            Failures = 0,
            FailingSince = null,
        };

    private static PasskeyRow Failed(PasskeyRow passkey, DateTimeOffset now)
    {
        var counted = LockOf(passkey).Count(now);
        return passkey with { Failures = counted.Failures, FailingSince = counted.Since };
    }

    /// <summary>False when it was answered before.</summary>
    private static bool UseUp(Book book, AnsweredChallenge challenge)
    {
        if (book.Find(PasskeyTables.UsedChallenges, new(challenge.Hash)) is not null)
        {
            return false;
        }

        book.Insert(
            PasskeyTables.UsedChallenges,
            new UsedChallengeRow { Hash = challenge.Hash, ExpiresAt = challenge.ExpiresAt }
        );
        return true;
    }

    private static Refusal? WhyNoMore(
        Book book,
        CustomerRow customer,
        string name,
        IReadOnlyList<Id<AccountRow>> accounts
    ) =>
        !ShownText.IsName(name, LongestName) ? new(Refusals.Name)
        : customer.Passkeys >= Most ? new(Refusals.TooMany)
        : accounts.Any(account =>
            book.Get(AccountTables.Accounts, account).FrozenFor.HasFlag(FreezeReasons.LossReport)
        )
            ? new(Refusals.LossReported)
        : null;
}
