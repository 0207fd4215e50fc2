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
        if (
            !IntentRules.TryFinish(book, intentId)
            || book.Find(AccountTables.Verifications, key)
                is not { State: VerificationState.Verifying } verification
        )
        {
            return false;
        }

        var reason =
            other
            ?? (
                !CustomerLookups.IsMobileOf(book, person.MobileIndex, person.CustomerId)
                    ? Refusals.MobileChanged
                : verified ? null
                : notVerified
            );
        book.Update(
            AccountTables.Verifications,
            (reason == notVerified ? Counted(verification, realNow) : verification) with
            {
                State = reason is null ? VerificationState.Done : VerificationState.Refused,
                Reason = reason,
            }
        );
        return reason is null;
    }

    private static AccountVerificationRow Counted(AccountVerificationRow verification, DateTimeOffset realNow)
    {
        var counted = LockOf(verification).Count(realNow);
        return verification with { Failures = counted.Failures, FailingSince = counted.Since };
    }

    private static DayLock LockOf(AccountVerificationRow verification) =>
        new(verification.Failures, verification.FailingSince);
}
