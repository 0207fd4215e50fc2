using OpenBanking.Server.Storage.Postgres;

namespace OpenBanking.Server.Storage;

/// <summary>Where everything is kept, section <c>Storage</c> of the configuration.</summary>
public sealed record StorageOptions : ISettings
{
    public static string Section => "Storage";

    public StorageProvider Provider { get; init; } = StorageProvider.Sqlite;

    /// <summary>How to reach PostgreSQL, as Npgsql reads it; the embedded store has its file in the data folder.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>Whether a start brings the schema up to date. Without, a start on an older schema is refused, and
    /// <c>OpenBanking.Server migrate</c> is run by somebody who may change it.</summary>
    public bool MigrateAtStart { get; init; } = true;

    /// <summary>A folder with more migrations, in <c>Postgres</c> and <c>Sqlite</c>, taken as this server's own: an upgrade
    /// can be rehearsed before its version is released.</summary>
    public string? RehearsalFolder { get; init; }

    /// <summary>Whether the embedded store is opened without what lies behind the place where its log is damaged; else it is not opened
    /// then.</summary>
    public bool CutDamagedLog { get; init; }

    /// <summary>Whether it is an error that there are no books yet; else they are begun.</summary>
    public bool MustExist { get; init; }

    /// <exception cref="WrongSettingException">There is a database, and the books would be begun in a file; or the string is
    /// one that no database can be reached by, or that the server cannot work with.</exception>
    public void Check()
    {
        if (Provider == StorageProvider.Sqlite && !string.IsNullOrWhiteSpace(ConnectionString))
        {
            throw new WrongSettingException(
                "Storage:ConnectionString leads to PostgreSQL, and the books would be a file in the data folder: "
                    + "set Storage:Provider=Postgres, or take the string away."
            );
        }

        if (Provider == StorageProvider.Postgres)
        {
            ConnectionStrings.Check(ConnectionString);
        }
    }

    /// <summary>Each writer keeps a connection to itself, and whatever reads needs others.</summary>
    /// <param name="writers">How many there are, <c>Engine:Writers</c>.</param>
    /// <exception cref="WrongSettingException">The string allows no more connections than there are writers.</exception>
    internal void RequireRoomFor(int writers)
    {
        if (Provider == StorageProvider.Postgres)
        {
            ConnectionStrings.RequireRoomFor(writers, ConnectionString);
        }
    }
}

public enum StorageProvider
{
    /// <summary>A file of this process: for sandboxes on one machine.</summary>
    Sqlite,

    /// <summary>PostgreSQL 15 or newer, shared by any number of nodes.</summary>
    Postgres,
}
