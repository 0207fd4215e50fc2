using OpenBanking.Server.Storage;
using OpenBanking.Server.Storage.Migrations;

namespace OpenBanking.Tests.Storage;

/// <summary>A database of one test's own. Every suite takes its database as a type argument, so that another engine
/// joins by one more class like this and one line for each suite.</summary>
public abstract class TestDatabase : IDisposable
{
    /// <summary>What the server's program is told to work on this database.</summary>
    public abstract IReadOnlyList<string> Settings { get; }

    /// <summary>Opens the store, bringing the schema up to date.</summary>
    /// <param name="rehearsalFolder">More migrations that the server knows.</param>
    public Store Open(TimeProvider? time = null, string? rehearsalFolder = null)
    {
        var store = Connect(rehearsalFolder);
        try
        {
            Migrator.Apply(store, time ?? TimeProvider.System);
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>The store as it is.</summary>
    public abstract Store Connect(string? rehearsalFolder = null);

    /// <summary>Runs SQL behind the server's back.</summary>
    public abstract void Execute(string sql);

    /// <summary>One text out of the database, read behind the server's back.</summary>
    public abstract string? Scalar(string sql);

    /// <summary>An instant as it stands in SQL.</summary>
    public abstract string Literal(DateTimeOffset instant);

    /// <summary>The columns of a table as the database has them.</summary>
    public abstract IReadOnlyList<DatabaseColumn> ColumnsOf(string table);

    /// <summary>The tables the database has, the one of the migrations aside.</summary>
    public abstract IReadOnlyList<string> Tables { get; }

    /// <summary>Takes away what guards the entries of the ledger.</summary>
    public abstract void UnguardEntries();

    /// <summary>Takes away what guards the audit.</summary>
    public abstract void UnguardAudit();

    /// <summary>Whether the database refused a row, as opposed to a bug above it.</summary>
    public abstract bool IsRefusal(Exception exception);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}

/// <summary>A column as the database has it.</summary>
public sealed record DatabaseColumn(string Name, bool Nullable);
