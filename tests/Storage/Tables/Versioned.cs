using System.Reflection;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Tests.Storage.Tables;

/// <summary>Updates of rows whose type is known to have a version only when the test runs.</summary>
internal static class Versioned
{
    private static readonly MethodInfo update = typeof(Book).GetMethod(nameof(Book.Update))!;

    public static void Update<TKey, TRow>(
        IWriteSession session,
        World world,
        Table<TKey, TRow> table,
        TRow row
    )
        where TKey : struct
        where TRow : class =>
        session.Run(world, book => Change(book, table, row), keys => keys.Want(table, table.KeyOf(row)));

    /// <summary>A book that has read the row and let its transaction go.</summary>
    public static Book Read<TKey, TRow>(IWriteSession session, World world, Table<TKey, TRow> table, TRow row)
        where TKey : struct
        where TRow : class
    {
        var book = new Book(world);
        book.Want(table, table.KeyOf(row));
        session.Load(book);
        session.Rollback();
        return book;
    }

    public static void Change<TKey, TRow>(Book book, Table<TKey, TRow> table, TRow row)
        where TKey : struct
        where TRow : class => update.MakeGenericMethod(typeof(TKey), typeof(TRow)).Invoke(book, [table, row]);
}
