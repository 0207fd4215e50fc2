using Npgsql;
using OpenBanking.Server.Storage.Migrations;
using OpenBanking.Server.Storage.Postgres;
using OpenBanking.Server.Storage.Sqlite;

namespace OpenBanking.Server.Storage;

/// <summary>Opens the store that the settings name.</summary>
internal static class Stores
{
    /// <summary>The embedded store, in the data folder.</summary>
    public const string SqliteFile = "openbanking.db";

    /// <summary>The store with a schema that this server works on.</summary>
    /// <exception cref="InvalidOperationException">It has another, and this process cannot or is not to change it.</exception>
    public static Store Open(
        StorageOptions options,
        string dataFolder,
        TimeProvider time,
        int newestKey = RunningNode.FirstKey
    )
    {
        var store = Connect(options, dataFolder, newestKey);
        try
        {
            if (options.MigrateAtStart)
            {
                if (options.MustExist && !Migrator.HasBegun(store))
                {
                    throw new WrongSettingException($"There are no books in {NameOf(options, dataFolder)}.");
                }

                Migrator.ApplyAtStart(store, time);
            }
            else
            {
                Migrator.RequireNothingLacking(store);
            }

            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>The store as it is.</summary>
    /// <param name="newestKey">The newest key for sealed values that this process was given, for others to see.</param>
    public static Store Connect(
        StorageOptions options,
        string dataFolder,
        int newestKey = RunningNode.FirstKey
    ) =>
        options.Provider == StorageProvider.Sqlite
            ? ConnectSqlite(dataFolder, options)
            : new PostgresStore(
                options.ConnectionString
                    ?? throw new WrongSettingException(
                        "Set Storage:ConnectionString, such as Host=db;Database=openbanking;Username=openbanking."
                    ),
                options.RehearsalFolder,
                newestKey
            );

    /// <summary>Whether there is something to connect to. To connect makes the embedded store where there is none.</summary>
    public static bool MayHaveBegun(StorageOptions options, string dataFolder)
    {
        if (options.Provider != StorageProvider.Sqlite)
        {
            return true;
        }

        DataFolder.Require(dataFolder, mustExist: true);
        return File.Exists(Path.Combine(dataFolder, SqliteFile));
    }

    private static string NameOf(StorageOptions options, string dataFolder) =>
        options.Provider == StorageProvider.Sqlite
            ? Path.GetFullPath(Path.Combine(dataFolder, SqliteFile))
            : $"the database {new NpgsqlConnectionStringBuilder(options.ConnectionString).Database}";

    private static SqliteStore ConnectSqlite(string dataFolder, StorageOptions options)
    {
        DataFolder.Require(dataFolder, options.MustExist);
        var file = Path.Combine(dataFolder, SqliteFile);
        return options.MustExist && !File.Exists(file)
            ? throw new WrongSettingException(
                $"There are no books at {Path.GetFullPath(file)}, where Server:DataFolder has them."
            )
            : new(file, options.RehearsalFolder, options.CutDamagedLog);
    }
}
