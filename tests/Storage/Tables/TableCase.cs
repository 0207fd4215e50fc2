using System.Reflection;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Tests.Storage.Tables;

/// <summary>What must hold for every table, whatever its key and row.</summary>
internal abstract class TableCase
{
    private static int worlds;

    protected World World { get; } = NewWorld();

    protected World OtherWorld { get; } = NewWorld();

    public static TableCase Of(string name)
    {
        var table = Schema.Tables.Single(table => table.Name == name);
        return (TableCase)
            Activator.CreateInstance(
                typeof(TableCase<,>).MakeGenericType(table.GetType().GetGenericArguments()),
                table
            )!;
    }

    /// <summary>The columns that the rows need, in the order the mapper writes them.</summary>
    public abstract IReadOnlyList<DatabaseColumn> Columns { get; }

    public abstract void RoundTrips(Store store, IWriteSession session, RandomRows random, Nulls nulls);

    public abstract void StaysInItsWorld(Store store, IWriteSession session, RandomRows random);

    public abstract void IsUpdatedFromTheVersionRead(Store store, IWriteSession session, RandomRows random);

    public abstract void IsUpdatedInWhateverColumns(Store store, IWriteSession session, RandomRows random);

    public abstract void IsNotUpdatedFromAnOlderVersion(
        Store store,
        IWriteSession session,
        RandomRows random
    );

    public abstract void TakesAKeyOnce(
        Store store,
        IWriteSession session,
        RandomRows random,
        Func<Exception, bool> isRefusal
    );

    public abstract void AddsUp(Store store, IWriteSession session, RandomRows random);

    private static World NewWorld() => new(Interlocked.Increment(ref worlds));
}

internal sealed class TableCase<TKey, TRow>(Table<TKey, TRow> table) : TableCase
    where TKey : struct
    where TRow : class
{
    public override IReadOnlyList<DatabaseColumn> Columns =>
        [
            new("world", Nullable: false),
            .. RowMapper
                .PropertiesOf(typeof(TRow))
                .Select(property => new DatabaseColumn(
                    RowMapper.ColumnName(property.Name),
                    MayBeNull.Is(property)
                )),
        ];

    public override void RoundTrips(Store store, IWriteSession session, RandomRows random, Nulls nulls)
    {
        var row = random.New<TRow>(nulls);
        var other = Another(random, nulls, row);

        session.Insert(World, table, row, other);

        AssertSame(row, store.Find(table, World, table.KeyOf(row)));
        AssertSame(other, store.Find(table, World, table.KeyOf(other)));
        AssertSame(row, Loaded(session, World, table.KeyOf(row)));
        Assert.Equal(2, store.List(table, World, $"1 = {1}").Count);
        Assert.Null(store.Find(table, World, table.KeyOf(Another(random, nulls, row, other))));
    }

    public override void StaysInItsWorld(Store store, IWriteSession session, RandomRows random)
    {
        var row = random.New<TRow>();
        var key = table.KeyOf(row);
        session.Insert(World, table, row);

        Assert.Null(store.Find(table, OtherWorld, key));
        Assert.Null(Loaded(session, OtherWorld, key));
        Assert.Empty(store.List(table, OtherWorld, $"1 = {1}"));

        var twin = WithKeyOf(row, random.New<TRow>());
        session.Insert(OtherWorld, table, twin);
        AssertSame(row, store.Find(table, World, key));
        AssertSame(twin, store.Find(table, OtherWorld, key));
        Assert.Equal(
            [World, OtherWorld],
            store
                .ListAcrossWorlds(table, 10, $"world IN ({World.Number}, {OtherWorld.Number})")
                .Select(found => found.World)
                .OrderBy(world => world.Number)
        );
    }

    public override void IsUpdatedFromTheVersionRead(Store store, IWriteSession session, RandomRows random)
    {
        var row = random.New<TRow>();
        var bystander = Another(random, Nulls.Some, row);
        var changed = WithKeyOf(row, random.New<TRow>());
        session.Insert(World, table, row, bystander);

        Versioned.Update(session, World, table, changed);

        AssertSame(WithVersion(changed, 2), store.Find(table, World, table.KeyOf(row)));
        AssertSame(bystander, store.Find(table, World, table.KeyOf(bystander)));
    }

    /// <summary>A store may write only what differs, and has so many statements for it: more are asked for.</summary>
    public override void IsUpdatedInWhateverColumns(Store store, IWriteSession session, RandomRows random)
    {
        const int Updates = 32;
        var first = random.New<TRow>();
        TRow[] rows = [first, Another(random, Nulls.Some, first)];
        session.Insert(World, table, rows);

        for (var version = 2; version < Updates; version++)
        {
            TRow[] changed = [.. rows.Select(row => WithSomeOf(row, random.New<TRow>(), version))];
            foreach (var row in changed)
            {
                Versioned.Update(session, World, table, row);
            }

            rows = [.. changed.Select(row => WithVersion(row, version))];
            Assert.All(rows, row => AssertSame(row, store.Find(table, World, table.KeyOf(row))));
        }
    }

    public override void IsNotUpdatedFromAnOlderVersion(Store store, IWriteSession session, RandomRows random)
    {
        var row = random.New<TRow>();
        var first = WithKeyOf(row, random.New<TRow>());
        session.Insert(World, table, row);
        var readBefore = Versioned.Read(session, World, table, first);
        Versioned.Update(session, World, table, first);

        session.Load(new Book(World));
        Assert.Throws<WriteConflictException>(() =>
        {
            Versioned.Change(readBefore, table, WithKeyOf(row, random.New<TRow>()));
            session.Commit(readBefore);
        });
        session.Rollback();

        AssertSame(WithVersion(first, 2), store.Find(table, World, table.KeyOf(row)));
    }

    public override void TakesAKeyOnce(
        Store store,
        IWriteSession session,
        RandomRows random,
        Func<Exception, bool> isRefusal
    )
    {
        var row = random.New<TRow>();
        session.Insert(World, table, row);

        var refusal = Record.Exception(() =>
            session.Insert(World, table, WithKeyOf(row, random.New<TRow>()))
        );

        Assert.True(refusal is not null && isRefusal(refusal), $"{refusal}");
        AssertSame(row, store.Find(table, World, table.KeyOf(row)));
    }

    public override void AddsUp(Store store, IWriteSession session, RandomRows random)
    {
        var (key, expected) = Beginning(random);

        foreach (var amount in (long[])[100, -30, -100])
        {
            expected = table.Add!(expected, amount);
            session.Run(World, book => book.Add(table, key, amount));
            AssertSame(expected, store.Find(table, World, key));
        }

        session.Run(OtherWorld, book => book.Add(table, key, 7));
        AssertSame(expected, store.Find(table, World, key));
        AssertSame(table.Add!(table.Empty!(key), 7), store.Find(table, OtherWorld, key));
    }

    /// <summary>A key and the row that it begins with. A window that ends after the end of time has none.</summary>
    private (TKey Key, TRow Row) Beginning(RandomRows random)
    {
        while (true)
        {
            var key = table.KeyOf(random.New<TRow>());
            try
            {
                return (key, table.Empty!(key));
            }
            catch (ArgumentOutOfRangeException)
            {
                // Another one is drawn.
            }
        }
    }

    private TRow? Loaded(IWriteSession session, World world, TKey key)
    {
        TRow? found = null;
        session.Run(world, book => found = book.Find(table, key), keys => keys.Want(table, key));
        return found;
    }

    /// <summary>A row with a key of its own.</summary>
    private TRow Another(RandomRows random, Nulls nulls, params TRow[] others)
    {
        var row = random.New<TRow>(nulls);
        return others.Select(table.KeyOf).Contains(table.KeyOf(row)) ? Another(random, nulls, others) : row;
    }

    /// <summary>The row with the key of another.</summary>
    private TRow WithKeyOf(TRow keyed, TRow row)
    {
        foreach (var property in KeyProperties())
        {
            property.SetValue(row, property.GetValue(keyed));
        }

        return row;
    }

    /// <summary>The row with some values of another: other ones for every number, and none that another column depends on.
    /// </summary>
    private TRow WithSomeOf(TRow row, TRow other, int number)
    {
        var some = RowMapper
            .PropertiesOf(typeof(TRow))
            .Where((property, i) => i * number % 41 > 20 && property.Name != nameof(VersionedRow.Version))
            .Where(property => !property.PropertyType.IsEnum && property.PropertyType != typeof(bool));
        var changed = WithVersion(row, ((VersionedRow)(object)row).Version);
        foreach (var property in some.Except(KeyProperties()))
        {
            property.SetValue(changed, property.GetValue(other));
        }

        return changed;
    }

    private IEnumerable<PropertyInfo> KeyProperties() =>
        RowMapper
            .PropertiesOf(typeof(TRow))
            .Where(property => table.KeyColumns.Contains(RowMapper.ColumnName(property.Name)));

    private static TRow WithVersion(TRow row, long version) =>
        (TRow)(object)((VersionedRow)(object)row with { Version = version });

    private static void AssertSame(TRow expected, TRow? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(ValuesOf(expected), ValuesOf(actual));
    }

    private static IEnumerable<(string, object?)> ValuesOf(TRow row) =>
        RowMapper
            .PropertiesOf(typeof(TRow))
            .Select(property =>
                (
                    property.Name,
                    property.GetValue(row) is byte[] bytes
                        ? Convert.ToHexString(bytes)
                        : property.GetValue(row)
                )
            );
}
