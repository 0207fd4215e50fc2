using System.Security.Cryptography;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;

namespace OpenBanking.Server.Deposits;

/// <summary>A small amount to be sent to a card.</summary>
/// <param name="Mac">The keyed digest of the amount, tied to what the card is proven for.</param>
/// <param name="CardIndex">The blind index of the card.</param>
/// <param name="Request">The amount, sealed: forgotten once it was sent.</param>
public sealed record NewDeposit(
    byte[] Mac,
    string CardIndex,
    Id<IntentRow> IntentId,
    byte[] Request,
    DateTimeOffset RealNow
);

/// <summary>What became of an amount that was entered.</summary>
public enum DepositCheck
{
    Right,
    Wrong,

    /// <summary>It was the last try, or there is nothing to enter any more.</summary>
    Over,
}

/// <summary>What is so of every small amount that proves a card 小额打款验证, whatever the card is proven for.</summary>
public static class DepositRules
{
    /// <summary>What is answered when there is no amount to enter.</summary>
    public const string Over = "deposit_over";

    /// <summary>In fen.</summary>
    public const int Least = 1;
    public const int Most = 99;

    public const int MostFailures = 3;

    /// <summary>How many amounts one card is sent in <see cref="Window"/>, whoever asks: with three tries each, guessing comes
    /// to the amount of a card in one case of eleven.</summary>
    public const int MostSent = 3;

    public static readonly TimeSpan Window = TimeSpan.FromDays(30);

    /// <summary>How long the customer may take: other banks take some days.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    /// <summary>Has an amount sent, unless the card was sent as many as may be.</summary>
    /// <param name="subjectId">What the card is proven for.</param>
    public static bool TrySend(Book book, NewDeposit deposit, IntentKind kind, Guid subjectId)
    {
        var rate = book.Find(DepositTables.Rates, new(deposit.CardIndex));
        var inWindow = rate is not null && deposit.RealNow < rate.WindowStart + Window;
        if (inWindow && rate!.Sent >= MostSent)
        {
            return false;
        }

        var counted = new DepositRateRow
        {
            CardIndex = deposit.CardIndex,
            WindowStart = inWindow ? rate!.WindowStart : deposit.RealNow,
            Sent = inWindow ? rate!.Sent + 1 : 1,
        };
        if (rate is null)
        {
            book.Insert(DepositTables.Rates, counted);
        }
        else
        {
            book.Update(DepositTables.Rates, counted with { Version = rate.Version });
        }

        IntentRules.Ask(book, deposit.IntentId, kind, subjectId, deposit.RealNow, deposit.Request);
        return true;
    }

    /// <summary>Whether an amount is the one that was sent.</summary>
    public static bool IsRight(byte[] mac, byte[]? sent) =>
        CryptographicOperations.FixedTimeEquals(mac, sent);
}
