using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;

namespace OpenBanking.Server.Accounts;

/// <summary>Whom the card's bank was asked about.</summary>
/// <param name="MobileIndex">The blind index of the number they had then.</param>
public readonly record struct VerifiedPerson(Id<CustomerRow> CustomerId, string MobileIndex);

/// <summary>How a customer is verified again for something about an account: one question at a time for each purpose, and after five
/// refusals of the cards' banks none for a day.</summary>
public static class VerificationRules
{
    public const int MostFailures = 5;

    /// <summary>Why none is begun; the pages have the words.</summary>
    public static class Refusals
    {
        public const string UnderWay = "verification_under_way";
        public const string Locked = "verification_locked";

        /// <summary>The mobile number that was asked about is the customer's no more; begin again.</summary>
        public const string MobileChanged = "mobile_changed";
    }

    /// <summary>Why none is begun now; null when one is.</summary>
    public static string? ReasonNotToBegin(AccountVerificationRow? before, DateTimeOffset realNow) =>
        before?.State == VerificationState.Verifying ? Refusals.UnderWay
        : before is not null && LockOf(before).IsShut(MostFailures, realNow) ? Refusals.Locked
        : null;

    /// <param name="request">Who is to be verified, sealed.</param>
    public static void Begin(
        Book book,
        AccountVerificationKey key,
        IntentKind kind,
        Id<IntentRow> intentId,
        byte[] request,
        DateTimeOffset realNow
    )
    {
        if (book.Find(AccountTables.Verifications, key) is { } before)
        {
            book.Update(
                AccountTables.Verifications,
                before with
                {
                    State = VerificationState.Verifying,
                    Reason = null,
                }
            );
        }
        else
        {
            book.Insert(
                AccountTables.Verifications,
                new AccountVerificationRow
                {
                    AccountId = key.AccountId,
                    Purpose = key.Purpose,
                    State = VerificationState.Verifying,
                }
            );
        }

        IntentRules.Ask(book, intentId, kind, key.AccountId.Value, realNow, request);
    }

    /// <summary>Keeps what was answered; true when it is the first answer, and what was asked for comes of it.</summary>
    /// <param name="person">Who was asked about.</param>
    /// <param name="notVerified">What the card's no is called.</param>
    /// <param name="other">Why nothing comes of it whatever was answered; null where something does.</param>
    public static bool TryFinish(
        Book book,
        AccountVerificationKey key,
        Id<IntentRow> intentId,
        VerifiedPerson person,
        bool verified,
        string notVerified,
        string? other,
        DateTimeOffset realNow
    )
    {
        if (FindAnswered(book, key, intentId) is null)
        {
            return false;
        }

        var reason = ReasonToEnd(book, person, other) ?? (verified ? null : notVerified);
        End(book, key, reason, counted: reason == notVerified, realNow);
        return reason is null;
    }

    /// <summary>The question that an answer ends; null when it is not the first one.</summary>
    public static AccountVerificationRow? FindAnswered(
        Book book,
        AccountVerificationKey key,
        Id<IntentRow> intentId
    ) =>
        IntentRules.TryFinish(book, intentId)
        && book.Find(AccountTables.Verifications, key) is { State: VerificationState.Verifying } verification
            ? verification
            : null;

    /// <summary>Why nothing comes of it, whatever the card's bank says; null where something may.</summary>
    public static string? ReasonToEnd(Book book, VerifiedPerson person, string? other) =>
        other
        ?? (
            CustomerLookups.IsMobileOf(book, person.MobileIndex, person.CustomerId)
                ? null
                : Refusals.MobileChanged
        );

    /// <param name="reason">Why it came to nothing; null when it did not.</param>
    /// <param name="counted">Whether it counts towards the lock.</param>
    public static void End(
        Book book,
        AccountVerificationKey key,
        string? reason,
        bool counted,
        DateTimeOffset realNow
    )
    {
        var verification = book.Get(AccountTables.Verifications, key);
        book.Update(
            AccountTables.Verifications,
            (counted ? Counted(verification, realNow) : verification) with
            {
                State = reason is null ? VerificationState.Done : VerificationState.Refused,
                Reason = reason,
            }
        );
    }

    private static AccountVerificationRow Counted(AccountVerificationRow verification, DateTimeOffset realNow)
    {
        var counted = LockOf(verification).Count(realNow);
        return verification with { Failures = counted.Failures, FailingSince = counted.Since };
    }

    private static DayLock LockOf(AccountVerificationRow verification) =>
        new(verification.Failures, verification.FailingSince);
}
