using OpenBanking.Server.Engine;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Authorization;

/// <summary>Adds a key, and says when those before it go. Asked twice, by two nodes at once too, one key is made: its
/// generation is part of its key in the table.</summary>
/// <param name="Before">The generations of its kind that have not gone.</param>
/// <param name="Compromised">Whether those before it go the moment it begins to sign.</param>
public sealed record AddRotatingKey(
    DateTimeOffset Now,
    RotatingKeyRow Key,
    IReadOnlyList<RotatingKeyKey> Before,
    bool Compromised
) : Command<RotatingKeyRow>(World.Live, Now)
{
    public override void Keys(IKeySet keys)
    {
        keys.Want(KeyTables.RotatingKeys, Key.Place);
        foreach (var before in Before)
        {
            keys.Want(KeyTables.RotatingKeys, before);
        }
    }

    public override Decision<RotatingKeyRow> Decide(Book book) => KeyRules.Add(this, book);
}

/// <summary>When keys come and go: announced two weeks before they sign, published two weeks after they did.</summary>
public static class KeyRules
{
    /// <summary>When the next key of a kind begins to sign; null while it need not be made yet.</summary>
    /// <param name="keys">The keys of one purpose and algorithm.</param>
    public static DateTimeOffset? NextBegins(IReadOnlyList<RotatingKeyRow> keys, DateTimeOffset now)
    {
        // The newest goes before another comes only when all keys were compromised while another algorithm was in force.
        if (keys.MaxBy(key => key.Generation) is not { GoesAt: null } newest)
        {
            return now;
        }

        var due = newest.SignsFrom + AuthorizationServerOptions.KeyLifetime;
        return now < due - AuthorizationServerOptions.KeyAnnounced ? null
            // Late, since no node was up: announced in full all the same, and the old key signs meanwhile.
            : due < now + AuthorizationServerOptions.KeyAnnounced
                ? now + AuthorizationServerOptions.KeyAnnounced
            : due;
    }

    /// <summary>The key that signs: the latest of those whose time has come, by a clock that may be a little behind that
    /// of the node which made the first one.</summary>
    public static RotatingKeyRow? Signer(IEnumerable<RotatingKeyRow> keys, DateTimeOffset now)
    {
        var there = keys.Where(key => !HasGone(key, now)).ToList();
        return there.Where(key => key.SignsFrom <= now).MaxBy(key => key.Generation)
            ?? there.MinBy(key => key.Generation);
    }

    /// <summary>Whether what it signed is believed no longer.</summary>
    public static bool HasGone(RotatingKeyRow key, DateTimeOffset now) => key.GoesAt <= now;

    public static Decision<RotatingKeyRow> Add(AddRotatingKey command, Book book)
    {
        if (book.Find(KeyTables.RotatingKeys, command.Key.Place) is { } made)
        {
            return Decision.Accept(made);
        }

        var goesAt = command.Compromised
            ? command.Key.SignsFrom
            : command.Key.SignsFrom + AuthorizationServerOptions.KeyRetained;
        foreach (var before in command.Before)
        {
            var key = book.Get(KeyTables.RotatingKeys, before);
            if (key.GoesAt is null || key.GoesAt > goesAt)
            {
                book.Update(KeyTables.RotatingKeys, key with { GoesAt = goesAt });
            }
        }

        return Decision.Accept(book.Insert(KeyTables.RotatingKeys, command.Key));
    }
}
