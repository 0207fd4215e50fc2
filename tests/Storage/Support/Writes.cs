using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Tests.Storage;

/// <summary>Writes without the engine.</summary>
internal static class Writes
{
    /// <summary>One transaction: reads what is named, changes it and makes it last; leaves nothing when it fails.</summary>
    public static void Run(
        this IWriteSession session,
        World world,
        Action<Book> change,
        Action<IKeySet>? keys = null
    )
    {
        var book = new Book(world);
        keys?.Invoke(book);
        try
        {
            session.Load(book);
            change(book);
            session.Commit(book);
        }
        catch
        {
            session.Rollback();
            throw;
        }
    }

    public static void Insert<TKey, TRow>(
        this IWriteSession session,
        World world,
        Table<TKey, TRow> table,
        params TRow[] rows
    )
        where TKey : struct
        where TRow : class =>
        session.Run(
            world,
            book =>
            {
                foreach (var row in rows)
                {
                    book.Insert(table, row);
                }
            }
        );
}
