using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Storage.Sqlite;

/// <summary>
/// Where the rows stand of tables that have no index of their keys in the file (<see cref="Table{TKey, TRow}.Digest"/>): such keys have
/// no order, so that an index would be written a page for each row, while the rows come one behind the other. The writer reads in what
/// is there before it looks for the first row.
/// </summary>
/// <remarks>A place says where to look: whether a row is there, and whether it is the one, the file says. So there may be a
/// place too many, and never one too few.</remarks>
internal sealed class KeysInMemory
{
    /// <summary>No row has this place.</summary>
    public const long Nowhere = 0;

    private readonly Lock gate = new();
    private readonly Dictionary<Table, Dictionary<(World World, UInt128 Digest), long>> tables = [];

    /// <summary>Where the row stands if there is one, <see cref="Nowhere"/> when there is none; null when it is not known
    /// here.</summary>
    public long? PlaceOf<TKey, TRow>(Table<TKey, TRow> table, World world, TKey key)
        where TKey : struct
        where TRow : class
    {
        if (table.Digest is not { } digest)
        {
            return null;
        }

        lock (gate)
        {
            return tables.TryGetValue(table, out var places)
                ? places.GetValueOrDefault((world, digest(key)), Nowhere)
                : null;
        }
    }

    /// <summary>Reads in what is there, the first time.</summary>
    /// <param name="connection">The writer's: beside it nobody changes what is there.</param>
    public void ReadIn(Table table, SqliteConnection connection)
    {
        lock (gate)
        {
            if (!tables.ContainsKey(table))
            {
                tables.Add(table, ReadAll(table, connection));
            }
        }
    }

    /// <summary>Rows that were written; whether it was to the end need not be known.</summary>
    public void Add(IEnumerable<WrittenKey> written)
    {
        lock (gate)
        {
            foreach (var key in written)
            {
                if (tables.TryGetValue(key.Table, out var places))
                {
                    places[(key.World, key.Digest)] = key.Place;
                }
            }
        }
    }

    /// <summary>Rows that are no longer there.</summary>
    public void Remove(Table table, IEnumerable<(World World, UInt128 Digest)> deleted)
    {
        lock (gate)
        {
            if (tables.TryGetValue(table, out var places))
            {
                foreach (var key in deleted)
                {
                    places.Remove(key);
                }
            }
        }
    }

    private static Dictionary<(World, UInt128), long> ReadAll(Table table, SqliteConnection connection)
    {
        var all = new Dictionary<(World, UInt128), long>();
        var statement = connection.Prepare(SqliteText.SelectPlaces(table));
        while (statement.Step())
        {
            var place = statement.Row.Int64()!.Value;
            all[(new((int)statement.Row.Int64()!.Value), table.DigestOf(statement.Row))] = place;
        }

        statement.Reset();
        return all;
    }
}

/// <summary>A row's key, and where the row was written.</summary>
internal readonly record struct WrittenKey(Table Table, World World, UInt128 Digest, long Place);
