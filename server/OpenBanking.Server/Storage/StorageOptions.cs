using System.Net;
using Npgsql;

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

    /// <summary>Whether it is an error that there are no books yet; else they are begun.</summary>
    public bool MustExist { get; init; }

    /// <exception cref="WrongSettingException">There is a database, and the books would be begun in a file; or no database can be
    /// reached by the string.</exception>
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
            CheckConnectionString();
        }
    }

    /// <summary>What Npgsql says of it names the part that is wrong, and no value: one of them is the password.</summary>
    private void CheckConnectionString()
    {
        try
        {
            var database = new NpgsqlConnectionStringBuilder(ConnectionString);
            if (ConnectionString is not null && string.IsNullOrWhiteSpace(database.Host))
            {
                throw new WrongSettingException("Storage:ConnectionString has no Host.");
            }

            if (database.Port > IPEndPoint.MaxPort)
            {
                throw new WrongSettingException(
                    $"Storage:ConnectionString: a Port is at most {IPEndPoint.MaxPort}."
                );
            }
        }
        catch (ArgumentException failure)
        {
            throw new WrongSettingException(
                failure.ParamName is { } part
                    ? $"Storage:ConnectionString: there is no {part}, or it cannot have this value."
                    : $"Storage:ConnectionString cannot be read: {failure.Message}"
            );
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
