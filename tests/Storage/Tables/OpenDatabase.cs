using OpenBanking.Server.Storage;

namespace OpenBanking.Tests.Storage.Tables;

/// <summary>A database that the tests of a class share, open.</summary>
public sealed class OpenDatabase<TDatabase> : IDisposable
    where TDatabase : TestDatabase, new()
{
    public OpenDatabase()
    {
        Store = Database.Open();
        Session = Store.OpenWriteSession();
    }

    public TDatabase Database { get; } = new();

    public Store Store { get; }

    internal IWriteSession Session { get; }

    public void Dispose()
    {
        Session.Dispose();
        Store.Dispose();
        Database.Dispose();
    }
}
