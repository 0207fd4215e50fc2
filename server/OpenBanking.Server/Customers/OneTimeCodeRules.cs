using System.Security.Cryptography;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;

namespace OpenBanking.Server.Customers;

/// <summary>A one-time code on its way to a mobile number.</summary>
/// <param name="Mac">The keyed digest of the code.</param>
/// <param name="Message">The sealed message that holds it.</param>
public sealed record NewOneTimeCode(
    Id<OneTimeCodeRow> CodeId,
    Id<IntentRow> IntentId,
    string MobileIndex,
    byte[] Mac,
    byte[] Message,
    DateTimeOffset RealNow
)
{
    /// <summary>Where the wish for it came from.</summary>
    public IReadOnlyList<CodeSource> Sources { get; init; } = [];

    /// <summary>Whether the customer is signed in who asks for it: then it counts by itself, as else anybody who knows the number could
    /// use up what its customer may ask for.</summary>
    public bool OfSignedIn { get; init; }

    /// <summary>What it is counted under.</summary>
    public string RateIndex => OfSignedIn ? OneTimeCodeRules.SignedIn(MobileIndex) : MobileIndex;
}

/// <summary>A browser or an address that asks for codes, by its blind index, and how many it may ask for in an hour.</summary>
public readonly record struct CodeSource(string Index, int MostInHour);

/// <summary>A one-time code that was entered with something else, by a customer who is signed in.</summary>
/// <param name="MobileIndex">The number it must have been sent to: the one the customer signed in with.</param>
public sealed record EnteredCode(Id<OneTimeCodeRow> CodeId, string MobileIndex, byte[] Mac)
{
    /// <summary>What a wrong guess is counted under.</summary>
    public string RateIndex => OneTimeCodeRules.SignedIn(MobileIndex);
}

/// <summary>What became of a guess.</summary>
public enum CodeCheck
{
    Right,
    Wrong,

    /// <summary>Wrong, and it was the last guess: only a new code helps.</summary>
    LastWrong,

    /// <summary>Expired, used, or guessed too often: only a new code helps.</summary>
    Over,

    /// <summary>Code after code was guessed wrong: for a day neither is one sent to the number, nor looked at.</summary>
    Locked,
}

/// <summary>No code is sent: too soon after the last one, too many of them, or too many wrong guesses.</summary>
/// <param name="Wait">How long none is sent.</param>
public sealed record TooManyCodes(TimeSpan Wait) : Refusal("too_many_codes");

/// <summary>One-time codes: six digits, five minutes, five guesses, and not too many to one number. Whoever guesses on with
/// code after code locks the number for a day: neither is a code sent to it, nor is one looked at. They run on real
/// time.</summary>
public static class OneTimeCodeRules
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);
    public static readonly TimeSpan LeastPause = TimeSpan.FromSeconds(10);
    public const int MostInHour = 10;
    public const int MostFailuresInDay = 15;
    private const int MostFailures = 5;

    /// <summary>Whether a text has the form of a code.</summary>
    public static bool MayBeCode(string text) => text.Length == 6 && text.All(char.IsAsciiDigit);

    /// <summary>Whether a code is neither used nor too old, nor was guessed at too often.</summary>
    public static bool MayBeEntered(OneTimeCodeRow code, DateTimeOffset realNow) =>
        !code.Used && code.Failures < MostFailures && realNow < code.ExpiresAt;

    /// <summary>Whether it is too early for the next one.</summary>
    public static bool WasJustSent(OneTimeCodeRow code, DateTimeOffset realNow) =>
        PauseAfter(code.ExpiresAt - Lifetime, realNow) > realNow;

    /// <summary>What the codes of a number are counted under that its customer asked for once signed in.</summary>
    public static string SignedIn(string mobileIndex) => $"{mobileIndex}/signed-in";

    /// <summary>Names what sending a code needs.</summary>
    public static void Want(IKeySet keys, NewOneTimeCode code)
    {
        keys.Want(CustomerTables.OneTimeCodeRates, new(code.RateIndex));
        foreach (var source in code.Sources)
        {
            keys.Want(CustomerTables.OneTimeCodeRates, new(source.Index));
        }
    }

    /// <summary>Names what a code needs that is entered with something else.</summary>
    public static void Want(IKeySet keys, EnteredCode code)
    {
        keys.Want(CustomerTables.OneTimeCodes, code.CodeId);
        keys.Want(CustomerTables.OneTimeCodeRates, new(code.RateIndex));
    }

    /// <summary>Refuses: too soon after the last code, or too many in an hour, to the number or from where the
    /// wish came; too many wrong guesses in a day.</summary>
    public static Refusal? Send(Book book, NewOneTimeCode code)
    {
        var now = code.RealNow;
        if (OpensAt(book, code) is { } opensAt && now < opensAt)
        {
            return new TooManyCodes(opensAt - now);
        }

        CountSent(book, code.RateIndex, now);
        foreach (var source in code.Sources)
        {
            CountSent(book, source.Index, now);
        }

        book.Insert(
            CustomerTables.OneTimeCodes,
            new OneTimeCodeRow
            {
                Id = code.CodeId,
                MobileIndex = code.MobileIndex,
                Mac = code.Mac,
                Failures = 0,
                Used = false,
                ExpiresAt = now + Lifetime,
            }
        );
        IntentRules.Ask(book, code.IntentId, IntentKind.SendMessage, code.CodeId.Value, now, code.Message);
        return null;
    }

    /// <summary>A message with a code that is made now.</summary>
    public static PhoneMessage Message(string mobile, string text, DateTimeOffset realNow) =>
        new(mobile, text, realNow + Lifetime);

    /// <summary>It counts only if it went to the number that the one who entered it signed in with.</summary>
    public static CodeCheck Check(Book book, EnteredCode entered, SentForm? form, DateTimeOffset realNow) =>
        book.Find(CustomerTables.OneTimeCodes, entered.CodeId)?.MobileIndex == entered.MobileIndex
            ? Check(book, entered.CodeId, entered.RateIndex, entered.Mac, form, realNow)
            : CodeCheck.Over;

    /// <summary>A right guess uses the code up; a wrong one is counted, for the code and for its number, and of two taps on one form
    /// only the first.</summary>
    /// <param name="form">The form it was entered in, as <see cref="Command{TReply}.Form"/>; null where none is known.</param>
    public static CodeCheck Check(
        Book book,
        Id<OneTimeCodeRow> codeId,
        byte[] mac,
        SentForm? form,
        DateTimeOffset realNow
    ) => Check(book, codeId, book.Get(CustomerTables.OneTimeCodes, codeId).MobileIndex, mac, form, realNow);

    private static CodeCheck Check(
        Book book,
        Id<OneTimeCodeRow> codeId,
        string rateIndex,
        byte[] mac,
        SentForm? form,
        DateTimeOffset realNow
    )
    {
        var code = book.Get(CustomerTables.OneTimeCodes, codeId);
        var rate = book.Find(CustomerTables.OneTimeCodeRates, new(rateIndex));
        if (IsLocked(rate, realNow))
        {
            return CodeCheck.Locked;
        }

        if (!MayBeEntered(code, realNow))
        {
            return CodeCheck.Over;
        }

        var right = CryptographicOperations.FixedTimeEquals(mac, code.Mac);
        var entered = form?.DigestOf(mac);
        if (!right && entered is not null && entered.AsSpan().SequenceEqual(code.LastWrong))
        {
            return CodeCheck.Wrong;
        }

        book.Update(
            CustomerTables.OneTimeCodes,
            right
                ? code with
                {
                    Used = true,
                }
                : code with
                {
                    Failures = code.Failures + 1,
                    LastWrong = entered,
                }
        );
        if (rate is not null)
        {
            rate = book.Update(CustomerTables.OneTimeCodeRates, Counted(rate, right, realNow));
        }

        return right ? CodeCheck.Right
            : IsLocked(rate, realNow) ? CodeCheck.Locked
            : code.Failures + 1 < MostFailures ? CodeCheck.Wrong
            : CodeCheck.LastWrong;
    }

    /// <summary>When a code may be sent again, as far as anything is against it.</summary>
    private static DateTimeOffset? OpensAt(Book book, NewOneTimeCode code) =>
        book.Find(CustomerTables.OneTimeCodeRates, new(code.RateIndex)) is { } rate
            ? (
                (DateTimeOffset?[])
                    [
                        LockOf(rate).ShutUntil(MostFailuresInDay, code.RealNow),
                        PauseAfter(rate.LastSentAt, code.RealNow),
                        FullUntil(rate, MostInHour, code.RealNow),
                        .. SpentUntil(book, code),
                    ]
            ).Max()
            : SpentUntil(book, code).Max();

    private static IEnumerable<DateTimeOffset?> SpentUntil(Book book, NewOneTimeCode code) =>
        code.Sources.Select(source =>
            book.Find(CustomerTables.OneTimeCodeRates, new(source.Index)) is { } rate
                ? FullUntil(rate, source.MostInHour, code.RealNow)
                : null
        );

    /// <summary>Until when it is too early after a code; null after one of a clock that was ahead.</summary>
    private static DateTimeOffset? PauseAfter(DateTimeOffset sentAt, DateTimeOffset now) =>
        SteadyClock.WasAhead(sentAt, now) ? null : sentAt + LeastPause;

    /// <summary>Until when as many were sent as may be in an hour; null when more may be.</summary>
    private static DateTimeOffset? FullUntil(OneTimeCodeRateRow rate, int most, DateTimeOffset now) =>
        rate.Sent >= most && IsInHour(rate, now) ? rate.WindowStart.AddHours(1) : null;

    /// <summary>Whether what is sent now counts with what was sent before.</summary>
    private static bool IsInHour(OneTimeCodeRateRow rate, DateTimeOffset now) =>
        now < rate.WindowStart.AddHours(1) && !SteadyClock.WasAhead(rate.WindowStart, now);

    private static bool IsLocked(OneTimeCodeRateRow? rate, DateTimeOffset now) =>
        rate is not null && LockOf(rate).IsShut(MostFailuresInDay, now);

    private static OneTimeCodeRateRow Counted(OneTimeCodeRateRow rate, bool right, DateTimeOffset now)
    {
        var counted = right ? default : LockOf(rate).Count(now);
        return rate with { Failures = counted.Failures, FailingSince = counted.Since };
    }

    private static DayLock LockOf(OneTimeCodeRateRow rate) => new(rate.Failures, rate.FailingSince);

    private static void CountSent(Book book, string index, DateTimeOffset now)
    {
        var rate = book.Find(CustomerTables.OneTimeCodeRates, new(index));
        if (rate is null)
        {
            book.Insert(
                CustomerTables.OneTimeCodeRates,
                new OneTimeCodeRateRow
                {
                    MobileIndex = index,
                    WindowStart = now,
                    Sent = 1,
                    LastSentAt = now,
                }
            );
            return;
        }

        var inWindow = IsInHour(rate, now);
        book.Update(
            CustomerTables.OneTimeCodeRates,
            rate with
            {
                WindowStart = inWindow ? rate.WindowStart : now,
                Sent = inWindow ? rate.Sent + 1 : 1,
                LastSentAt = now,
            }
        );
    }
}
