using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage.Migrations;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Storage;

/// <summary>Where everything is kept. Commands write through the engine's write sessions; reads go straight
/// to the store, and always name a world.</summary>
public abstract class Store : IDisposable
{
    /// <summary>The rows of a world that meet a condition, which may end in ORDER BY and LIMIT.</summary>
    public abstract ValueTask<IReadOnlyList<TRow>> ListAsync<TRow>(
        Table<TRow> table,
        World world,
        Sql condition
    );

    /// <summary>The first row of a world that meets a condition.</summary>
    public virtual async ValueTask<TRow?> FirstAsync<TRow>(Table<TRow> table, World world, Sql condition)
        where TRow : class => await ListAsync(table, world, condition) is [var first, ..] ? first : null;

    /// <summary>The row of a world with this key.</summary>
    public abstract ValueTask<TRow?> FindAsync<TKey, TRow>(Table<TKey, TRow> table, World world, TKey key)
        where TKey : struct
        where TRow : class;

    /// <summary>The rows of a world with these keys, as far as there are any.</summary>
    public virtual async ValueTask<IReadOnlyList<TRow>> ListByKeysAsync<TKey, TRow>(
        Table<TKey, TRow> table,
        World world,
        IReadOnlyCollection<TKey> keys
    )
        where TKey : struct
        where TRow : class
    {
        var rows = new List<TRow>(keys.Count);
        foreach (var key in keys)
        {
            if (await FindAsync(table, world, key) is { } row)
            {
                rows.Add(row);
            }
        }

        return rows;
    }

    /// <summary>Rows of all worlds that meet a condition, for workers that serve them all.</summary>
    public abstract ValueTask<IReadOnlyList<(World World, TRow Row)>> ListAcrossWorldsAsync<TRow>(
        Table<TRow> table,
        int limit,
        Sql condition
    );

    /// <summary>All rows of all worlds, so many at a time, in the order of their ids in each world.</summary>
    public async IAsyncEnumerable<IReadOnlyList<(World World, TRow Row)>> WalkAcrossWorldsAsync<TRow>(
        Table<Id<TRow>, TRow> table,
        int atOnce
    )
        where TRow : class, IIdentified
    {
        var (world, id) = (World.Live.Number, Guid.Empty);
        while (
            await ListAcrossWorldsAsync(
                table,
                atOnce,
                $"(world > {world} OR (world = {world} AND id > {id})) ORDER BY world, id"
            )
                is { Count: > 0 } rows
        )
        {
            yield return rows;
            (world, id) = (rows[^1].World.Number, table.KeyOf(rows[^1].Row).Value);
        }
    }

    /// <summary>Figures over whole tables and worlds, for audits: one row a line, one number a column.</summary>
    public abstract ValueTask<IReadOnlyList<long[]>> NumbersAsync(string sql, int columns);

    /// <summary>Whether there is one write session at a time, of one process. Otherwise other servers may write beside this one,
    /// and one of an earlier version has to find what this one wrote.</summary>
    internal abstract bool HasOneWriter { get; }

    /// <summary>What a whole query of one statement gives. Its first parameter, <c>?1</c>, is the world.</summary>
    /// <param name="isBrief">Whether somebody waits for it; an audit may take as long as it takes.</param>
    internal abstract ValueTask<IReadOnlyList<T>> QueryAsync<T>(
        World world,
        Sql query,
        Func<RowReader, T> read,
        bool isBrief = false
    );

    /// <summary>The store as it is at one instant, to read alone and one after the other: what is committed meanwhile is
    /// not seen. It ends when it is disposed of, and nothing old can be cleared away before.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be reached.</exception>
    internal abstract ValueTask<Store> OpenSnapshotAsync();

    internal abstract IWriteSession OpenWriteSession();

    internal abstract IMigrationTarget OpenMigrations();

    /// <summary>The other processes that work on this store now.</summary>
    internal virtual IReadOnlyList<RunningNode> OtherNodes() => [];

    /// <summary>What of the store's own settings may lose what was answered for, a sentence each.</summary>
    internal virtual ValueTask<IReadOnlyList<string>> RisksAsync() => new([]);

    /// <summary>Reads the store's whole file as a file; gives what is wrong with it in a sentence, null when it is as it was written. A
    /// database of its own looks after its files itself.</summary>
    internal virtual ValueTask<string?> FindDamageAsync() => new((string?)null);

    /// <summary>Nothing, where the store lets this process do all that it does.</summary>
    /// <exception cref="StoreUnavailableException">It cannot be reached, takes no writes, or refuses some.</exception>
    internal virtual ValueTask RequireUsableAsync() => default;

    /// <summary>What the nodes on this store have seen; null when it serves one process only.</summary>
    internal virtual ISharedMemory? OpenSharedMemory() => null;

    /// <summary>Whose turn it is among the nodes on this store; null when it serves one process only, whose turn it always
    /// is.</summary>
    internal virtual ITurns? OpenTurns() => null;

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}

/// <summary>The one way to write: a transaction at a time, on one of the engine's own threads.</summary>
internal interface IWriteSession : IDisposable
{
    /// <summary>Begins, and reads the rows the book wants.</summary>
    /// <param name="locking">Whether nobody else may change them until the end: for a batch that was overtaken
    /// before.</param>
    /// <exception cref="StoreUnavailableException">The store cannot be reached.</exception>
    void Load(Book book, bool locking = false);

    /// <summary>Writes what the book changed and makes it last.</summary>
    /// <exception cref="WriteConflictException">Another writer was first; nothing was written.</exception>
    /// <exception cref="DuplicateRowException">A new row's key is taken; nothing was written.</exception>
    /// <exception cref="StoreUnavailableException">The store cannot be reached, or is full; nothing was written.</exception>
    /// <exception cref="OutcomeUnknownException">Whether it was written cannot be told.</exception>
    void Commit(Book book);

    /// <summary>Ends the transaction without a trace; does nothing when there is none.</summary>
    void Rollback();

    /// <summary>Deletes rows of any world that have outlived their use, at most a limited number.</summary>
    int Sweep(Table table, Sql condition, int limit);

    /// <summary>Replaces values of a column, past the rules, by others that mean the same. Rows that somebody has in hand, or
    /// has changed since they were read, are left; gives how many were replaced.</summary>
    int Replace(Table table, string column, IReadOnlyList<Replacement> values);
}

/// <summary>A value of a column, as it was read and as it is to be.</summary>
/// <param name="Key">The row's key, a value a column.</param>
internal sealed record Replacement(World World, IReadOnlyList<object> Key, byte[] Old, byte[] New);

/// <summary>A row was changed by another writer between reading and writing it.</summary>
public sealed class WriteConflictException(string message) : Exception(message);

/// <summary>A new row has a key that is taken: by another writer since the batch was read, or by a bug.</summary>
public sealed class DuplicateRowException(string message) : Exception(message);

/// <summary>The store failed in the moment of committing.</summary>
public sealed class OutcomeUnknownException(string message, Exception cause) : Exception(message, cause);

/// <summary>The store cannot be reached for now, has no room, or refuses the server; nothing was written.</summary>
public sealed class StoreUnavailableException(Exception cause)
    : Exception(
        IsRefused(cause)
            ? "The store does not let the server do this for now."
            : "The store cannot be reached, or has no room left.",
        cause
    )
{
    /// <summary>Whether the store is there, and refuses: somebody has to give the server its rights, or the way to the
    /// primary. Others may be served meanwhile, who need less of it.</summary>
    public bool IsRefusal => IsRefused(InnerException!);

    /// <summary>That the store's files are not what was written, in a sentence for the bank's own people; null when it is not
    /// that.</summary>
    public string? Damage =>
        InnerException switch
        {
            StoreDamageException damage => damage.Message,
            Npgsql.NpgsqlException failure when Postgres.PostgresFailure.IsDamage(failure) =>
                Postgres.PostgresFailure.Tell(failure),
            _ => null,
        };

    /// <summary>For the bank's own people, with what the database says of it; the message alone goes to everybody.</summary>
    public string Reason =>
        InnerException is StoreRefusalException refusal ? $"{Message} {refusal.Message}"
        : (Postgres.PostgresFailure.Tell(InnerException!) ?? Sqlite.SqliteFailure.Tell(InnerException!))
            is { } why
            ? $"{Message} {why}{Postgres.PostgresFailure.Advise(InnerException!)}"
        : Message;

    private static bool IsRefused(Exception cause) =>
        cause is StoreRefusalException
        || (cause is Npgsql.NpgsqlException failure && Postgres.PostgresFailure.IsRefusal(failure));
}

/// <summary>What the server needs of the store and may not do.</summary>
/// <param name="why">A sentence for the bank's own people, and what to do.</param>
internal class StoreRefusalException(string why) : Exception(why);

/// <summary>The store's file is not what was written.</summary>
/// <param name="why">A sentence for the bank's own people, and what to do.</param>
internal sealed class StoreDamageException(string why) : StoreRefusalException(why);
