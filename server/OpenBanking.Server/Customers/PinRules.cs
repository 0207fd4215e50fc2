using System.Security.Cryptography;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Customers;

/// <summary>Sets the first payment PIN of a customer, and with it puts the accounts in use that wait for it.</summary>
/// <param name="Customer">As they were when the accounts were looked up.</param>
public sealed record SetPin(
    World World,
    DateTimeOffset Now,
    CustomerRow Customer,
    IReadOnlyList<WaitingAccount> Accounts,
    byte[] Hash,
    byte[] Salt
) : Command<Done>(World, Now)
{
    public override Actor Actor => Actor.Customer(Customer.Id);

    public override Subject Subject => Subject.Of(Accounts[0].Id);

    public override void Keys(IKeySet keys)
    {
        keys.Want(CustomerTables.Customers, Customer.Id);
        foreach (var account in Accounts)
        {
            keys.Want(AccountTables.Accounts, account.Id);
        }
    }

    public override Decision<Done> Decide(Book book) => PinRules.Set(this, book);
}

/// <summary>An account that may wait for the first PIN, the one first that the customer has come for.</summary>
/// <param name="Apps">The apps it was opened through, which are told.</param>
public sealed record WaitingAccount(Id<AccountRow> Id, IReadOnlyList<Id<AppRow>> Apps);

/// <summary>A form of a customer whose PIN may be in it.</summary>
/// <param name="IfLocked">Tells the customer's phone that the PIN is locked, should it be wrong once too often.</param>
public sealed record PinForm(string Id, Notice IfLocked) : SentForm(Id);

/// <summary>What became of a PIN that was entered.</summary>
public enum PinCheck
{
    Right,
    Wrong,

    /// <summary>Wrong too often: no PIN is looked at for a while.</summary>
    Locked,
}

/// <summary>The payment PIN 支付密码: set once, checked before money or agreements, locked after five wrong ones.</summary>
public static class PinRules
{
    /// <summary>What is answered when the customer opened an account since those were looked up that wait: look again.</summary>
    public const string AccountsChanged = "accounts_changed";

    public const int MostFailures = 5;
    public static readonly TimeSpan LockedFor = TimeSpan.FromHours(24);

    /// <summary>A PIN as somebody typed it: full-width digits, which Chinese keyboards give, are the ASCII ones.</summary>
    public static string? Read(string? typed) => typed is null ? null : IdentityNumbers.Read(typed);

    public static bool IsSixDigits(string? pin) => pin is { Length: 6 } && pin.All(char.IsAsciiDigit);

    /// <summary>Whether a PIN may be set: six digits that others do not guess first. Not in a row, no pattern of one to
    /// three digits that repeats, no pairs, and nothing that stands in the numbers that others know.</summary>
    /// <param name="knownNumbers">Of the customer: identity number, mobile number.</param>
    public static bool IsAcceptable(string? pin, params IReadOnlyList<string> knownNumbers) =>
        IsSixDigits(pin)
        && !IsRow(pin!)
        && !Repeats(pin!, 2)
        && !Repeats(pin!, 3)
        && !IsPairs(pin!)
        && !knownNumbers.Any(number => number.Contains(pin!, StringComparison.Ordinal));

    private static bool IsRow(string pin) =>
        pin.Zip(pin[1..], (left, right) => right - left).Distinct().ToList() is [1 or -1];

    /// <summary>121212, 123123; with all the same digits, too.</summary>
    private static bool Repeats(string pin, int length) => pin[length..] == pin[..^length];

    /// <summary>112233.</summary>
    private static bool IsPairs(string pin) => pin.Chunk(2).All(pair => pair[0] == pair[1]);

    /// <summary>Refuses: the customer has a PIN already, or was erased; or they have another number of accounts than when those
    /// were looked up that wait for it.</summary>
    public static Decision<Done> Set(SetPin command, Book book)
    {
        var customer = book.Get(CustomerTables.Customers, command.Customer.Id);
        if (customer.PinHash is not null || customer.ErasedAt is not null)
        {
            return Decision.Reject("pin_already_set");
        }

        if (
            (customer.TypeTwoAccounts, customer.TypeThreeAccounts)
            != (command.Customer.TypeTwoAccounts, command.Customer.TypeThreeAccounts)
        )
        {
            return Decision.Reject(AccountsChanged);
        }

        book.Update(
            CustomerTables.Customers,
            customer with
            {
                PinHash = command.Hash,
                PinSalt = command.Salt,
            }
        );
        foreach (var account in command.Accounts)
        {
            AccountRules.Activate(book, account.Id, account.Apps);
        }

        return Decision.Accept(new Done());
    }

    /// <summary>Looks at a PIN that was hashed with the customer's salt; a wrong one is counted, and of two taps on one form only
    /// the first. The phone is told when it locks.</summary>
    /// <param name="form">The form it was entered in, as <see cref="Command{TReply}.Form"/>; null where none is known.</param>
    public static PinCheck Check(
        Book book,
        Id<CustomerRow> customerId,
        byte[] hash,
        SentForm? form,
        DateTimeOffset now
    )
    {
        var customer = book.Get(CustomerTables.Customers, customerId);
        if (now < customer.PinLockedUntil)
        {
            return PinCheck.Locked;
        }

        if (CryptographicOperations.FixedTimeEquals(hash, customer.PinHash))
        {
            book.Update(
                CustomerTables.Customers,
                customer with
                {
                    PinFailures = 0,
                    PinLockedUntil = null,
                    LastWrongPin = null,
                }
            );
            return PinCheck.Right;
        }

        var entered = form?.DigestOf(hash);
        if (entered is not null && entered.AsSpan().SequenceEqual(customer.LastWrongPin))
        {
            return PinCheck.Wrong;
        }

        var failures = customer.PinFailures + 1;
        var locked = failures >= MostFailures;
        book.Update(
            CustomerTables.Customers,
            customer with
            {
                PinFailures = locked ? 0 : failures,
                PinLockedUntil = locked ? now + LockedFor : null,
                LastWrongPin = entered,
            }
        );
        if (!locked)
        {
            return PinCheck.Wrong;
        }

        (form as PinForm)?.IfLocked.Send(book, customerId);
        return PinCheck.Locked;
    }
}
