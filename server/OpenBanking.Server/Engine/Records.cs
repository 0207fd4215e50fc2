namespace OpenBanking.Server.Engine;

/// <summary>Who can ask for a change.</summary>
public enum ActorKind
{
    /// <summary>The bank itself: a worker, or somebody at the server's command line.</summary>
    Bank = 0,
    App = 1,
    Customer = 2,
}

/// <summary>Who asked for a change: an id of ours, never a name.</summary>
public readonly record struct Actor(ActorKind Kind, Guid Id)
{
    public static Actor Bank => default;

    public static Actor App<T>(Id<T> app)
        where T : IIdentified => new(ActorKind.App, app.Value);

    public static Actor Customer<T>(Id<T> customer)
        where T : IIdentified => new(ActorKind.Customer, customer.Value);
}

/// <summary>What a change is about: the id of a row, and the prefix that says what it is.</summary>
public readonly record struct Subject(string? IdPrefix, Guid Id)
{
    public static Subject Of<T>(Id<T> id)
        where T : IIdentified => new(T.IdPrefix, id.Value);
}

/// <summary>A command that changed something.</summary>
/// <param name="Command">Its kind: the name of its record.</param>
/// <param name="Declined">Whether it came to a business no.</param>
public readonly record struct CommandRecord(string Command, bool Declined, Actor Actor, Subject Subject);

/// <summary>What a batch leaves beside its rows, as it is kept; null where there is none.</summary>
/// <param name="Events">Its events, as JSON.</param>
/// <param name="Answers">The bodies of its answers.</param>
public readonly record struct BatchLeft(byte[]? Events, byte[]? Answers);

/// <summary>Adds to a batch, when everything in it is decided, what is to be kept of it as a whole.</summary>
public interface IBatchRecorder
{
    /// <param name="batchId">The batch's journal, to which its idempotency keys refer.</param>
    /// <param name="commands">The commands that changed something, in the order they were decided.</param>
    /// <param name="left">What it leaves for those who are told and those who ask again.</param>
    void Record(
        Book book,
        Id<JournalRow> batchId,
        DateTimeOffset now,
        IReadOnlyList<CommandRecord> commands,
        BatchLeft left
    );
}
