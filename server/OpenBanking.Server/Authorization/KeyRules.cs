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

/// <summary>Has keys go at once that nobody has signed with for long.</summary>
public sealed record EndRotatingKeys(DateTimeOffset Now, IReadOnlyList<RotatingKeyKey> Ended)
    : Command<Done>(World.Live, Now)
{
    public override void Keys(IKeySet keys)
    {
        foreach (var key in Ended)
        {
            keys.Want(KeyTables.RotatingKeys, key);
        }
    }

    public override Decision<Done> Decide(Book book) => KeyRules.End(this, book);
}

/// <summary>When keys come and go: announced two weeks before they sign, published two weeks after they did.</summary>
public static class KeyRules
{
    /// <summary>When the next key of a kind begins to sign; null while it need not be made yet.</summary>
    /// <param name="keys">The keys of one purpose and algorithm.</param>
    public static DateTimeOffset? NextBegins(IReadOnlyList<RotatingKeyRow> keys, DateTimeOffset now)
    {
        // The newest goes before another comes only while another algorithm is in force.
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

    /// <summary>Whether another algorithm came into force since the newest key of this one was made, and this one is in force again: then
    /// it takes a new key, so that the one made last is of the algorithm that came into force last.</summary>
    /// <param name="keys">The keys of one purpose.</param>
    /// <param name="algorithm">The algorithm in force, on the node that asks and begins to serve.</param>
    public static bool CameBack(IReadOnlyList<RotatingKeyRow> keys, string algorithm, DateTimeOffset now) =>
        keys.Where(key => key.Algorithm == algorithm).MaxBy(key => key.Generation) is { GoesAt: null } newest
        && keys.Any(key =>
            key.Algorithm != algorithm && !HasGone(key, now) && key.CreatedAt > newest.CreatedAt
        );

    /// <summary>The keys of algorithms that were in force before, once a key of the one in force that was made after them has signed
    /// for so long that nothing they signed is good any more. Those that go anyhow are left to it.</summary>
    /// <param name="keys">The keys of one purpose.</param>
    /// <param name="algorithm">The algorithm in force on the node that asks. Where nodes of two algorithms run for a while, neither
    /// ends what the other has made since.</param>
    public static IReadOnlyList<RotatingKeyRow> Outlived(
        IReadOnlyList<RotatingKeyRow> keys,
        string algorithm,
        DateTimeOffset now
    )
    {
        var settled = keys.Where(key =>
                key.Algorithm == algorithm
                && !HasGone(key, now)
                && key.SignsFrom + AuthorizationServerOptions.KeyRetained <= now
            )
            .MaxBy(key => key.CreatedAt);
        return settled is null
            ? []
            :
            [
                .. keys.Where(key =>
                    key.Algorithm != algorithm && key.GoesAt is null && key.CreatedAt <= settled.CreatedAt
                ),
            ];
    }

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

    /// <summary>A key that goes sooner, or is not there any more, is left as it is.</summary>
    public static Decision<Done> End(EndRotatingKeys command, Book book)
    {
        foreach (var place in command.Ended)
        {
            if (book.Find(KeyTables.RotatingKeys, place) is { } key && !HasGone(key, command.Now))
            {
                book.Update(KeyTables.RotatingKeys, key with { GoesAt = command.Now });
            }
        }

        return Decision.Accept(new Done());
    }
}
