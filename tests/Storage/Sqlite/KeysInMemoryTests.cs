using OpenBanking.Server.Authorization;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Storage.Sqlite;

namespace OpenBanking.Tests.Storage.Sqlite;

/// <summary>What was used once has no index of its names in the file; it is found all the same.</summary>
public sealed class KeysInMemoryTests : IDisposable
{
    private static readonly SingleUseRow used = Rows.Assertion;
    private static readonly SingleUseKey key = SingleUse.KeyOf(used);

    private readonly SqliteDatabase database = new();

    [Fact]
    public void A_row_is_found_by_the_writer_and_by_readers_in_its_own_world_alone()
    {
        using var store = database.Open();
        using var session = store.OpenWriteSession();
        session.Insert(Rows.World, AuthorizationTables.SingleUse, used, Other(1), Other(2));

        Assert.Equal(used, Read(session));
        Assert.Equal(used, store.Find(AuthorizationTables.SingleUse, Rows.World, key));
        Assert.Equal(Other(2), store.Find(AuthorizationTables.SingleUse, Rows.World, KeyOf(Other(2))));
        Assert.Null(store.Find(AuthorizationTables.SingleUse, Rows.World, KeyOf(Other(3))));
        Assert.Null(store.Find(AuthorizationTables.SingleUse, new(Rows.World.Number + 1), key));
        Assert.Null(
            store.Find(
                AuthorizationTables.SingleUse,
                Rows.World,
                key with
                {
                    Kind = SingleUseKind.RevokedToken,
                }
            )
        );
    }

    [Fact]
    public void A_row_is_found_after_a_restart_by_readers_before_the_writer_and_by_the_writer()
    {
        using (var before = database.Open())
        {
            using var writer = before.OpenWriteSession();
            writer.Insert(Rows.World, AuthorizationTables.SingleUse, used, Other(1));
        }

        using var store = database.Open();
        Assert.Equal(used, store.Find(AuthorizationTables.SingleUse, Rows.World, key));

        using var session = store.OpenWriteSession();
        Assert.Equal(used, Read(session));
        Assert.Equal(Other(1), store.Find(AuthorizationTables.SingleUse, Rows.World, KeyOf(Other(1))));
    }

    [Fact]
    public void A_second_row_of_the_same_key_is_refused_whether_or_not_it_was_asked_for()
    {
        using var store = database.Open();
        using var session = store.OpenWriteSession();
        session.Insert(Rows.World, AuthorizationTables.SingleUse, used);

        var refusal = Assert.ThrowsAny<Exception>(() =>
            session.Insert(Rows.World, AuthorizationTables.SingleUse, Other(1), used)
        );

        Assert.True(database.IsRefusal(refusal));
        Assert.Equal("1", database.Scalar("SELECT COUNT(*) FROM single_use"));
        Assert.Null(store.Find(AuthorizationTables.SingleUse, Rows.World, KeyOf(Other(1))));
        session.Insert(Rows.World, AuthorizationTables.SingleUse, Other(1));
    }

    [Fact]
    public void What_was_taken_back_with_its_batch_is_not_found_and_may_come_again()
    {
        using var store = database.Open();
        using var session = store.OpenWriteSession();
        Assert.Null(Read(session));

        var book = NewBook();
        session.Load(book);
        book.Insert(AuthorizationTables.SingleUse, used);
        foreach (var state in book.States())
        {
            state.Save((IRowSaver)session);
        }

        session.Rollback();
        session.Insert(Rows.World, AuthorizationTables.SingleUse, Other(1));

        Assert.Null(Read(session));
        Assert.Null(store.Find(AuthorizationTables.SingleUse, Rows.World, key));
        session.Insert(Rows.World, AuthorizationTables.SingleUse, used);
        Assert.Equal(used, Read(session));
    }

    [Fact]
    public void A_place_where_there_is_no_row_or_another_says_nothing()
    {
        database.Open().Dispose();
        var keys = new KeysInMemory();
        using var session = new SqliteWriteSession(
            new(database.Path, writes: true),
            keys,
            new(database.Path)
        );
        session.Insert(Rows.World, AuthorizationTables.SingleUse, Other(1));

        foreach (var place in (long[])[1, 99])
        {
            keys.Add([new(AuthorizationTables.SingleUse, Rows.World, key.Digest, place)]);
            Assert.Null(Read(session));
        }

        session.Insert(Rows.World, AuthorizationTables.SingleUse, used);
        Assert.Equal(used, Read(session));
    }

    [Fact]
    public void What_was_swept_is_gone_from_memory_and_what_was_not_is_still_found()
    {
        using var store = database.Open();
        using var session = store.OpenWriteSession();
        var kept = Other(1) with { ExpiresAt = used.ExpiresAt.AddMicroseconds(1) };
        session.Insert(Rows.World, AuthorizationTables.SingleUse, used, Other(2), kept);

        Sql isOver = $"expires_at <= {used.ExpiresAt}";
        Assert.Equal(1, session.Sweep(AuthorizationTables.SingleUse, isOver, limit: 1));
        Assert.Equal(1, session.Sweep(AuthorizationTables.SingleUse, isOver, limit: 5));

        Assert.Equal(0, session.Sweep(AuthorizationTables.SingleUse, isOver, limit: 5));
        Assert.Null(Read(session));
        Assert.Equal(kept, store.Find(AuthorizationTables.SingleUse, Rows.World, KeyOf(kept)));
        session.Insert(Rows.World, AuthorizationTables.SingleUse, used);
        Assert.Equal(used, Read(session));
    }

    [Fact]
    public void Names_that_an_earlier_version_had_an_index_of_are_found_by_this_one()
    {
        database.Open().Dispose();
        database.Execute(
            $"""
            DELETE FROM schema_migration WHERE number = 41;
            DROP TABLE single_use;
            CREATE TABLE single_use (
                world INTEGER NOT NULL, kind INTEGER NOT NULL, hash TEXT NOT NULL, expires_at INTEGER NOT NULL,
                PRIMARY KEY (world, kind, hash)) STRICT, WITHOUT ROWID;
            CREATE INDEX single_use_by_expiry ON single_use (expires_at);
            INSERT INTO single_use VALUES
                ({Rows.World.Number}, {(int)used.Kind}, '{used.Hash}', {database.Literal(used.ExpiresAt)});
            """
        );

        using var store = database.Open();
        using var session = store.OpenWriteSession();

        Assert.Equal(used, Read(session));
        Assert.Equal(
            "single_use_by_expiry",
            database.Scalar("SELECT name FROM pragma_index_list('single_use')")
        );
    }

    public void Dispose() => database.Dispose();

    private static SingleUseRow Other(int number) => used with { Hash = $"other {number}" };

    private static SingleUseKey KeyOf(SingleUseRow row) => SingleUse.KeyOf(row);

    private static Book NewBook()
    {
        var book = new Book(Rows.World);
        book.Want(AuthorizationTables.SingleUse, key);
        return book;
    }

    /// <summary>As a command reads it.</summary>
    private static SingleUseRow? Read(IWriteSession session)
    {
        var book = NewBook();
        session.Load(book);
        session.Rollback();
        return book.Find(AuthorizationTables.SingleUse, key);
    }
}
