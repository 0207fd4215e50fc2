using OpenBanking.Server.Security;
using OpenBanking.Server.Storage.Migrations;
using OpenBanking.Server.Storage.Sqlite;

namespace OpenBanking.Server.Storage;

/// <summary>The embedded store of a bank where nothing has happened yet, for processes that start many banks: its schema is
/// made once, since each migration waits for the disk.</summary>
public static class EmptyBooks
{
    private static readonly Lazy<byte[]> file = new(Make);

    /// <summary>Puts it into a data folder that has no store.</summary>
    public static void CopyTo(string dataFolder)
    {
        using var copy = PrivateFiles.Create(Path.Combine(dataFolder, Stores.SqliteFile));
        copy.Write(file.Value);
    }

    private static byte[] Make()
    {
        var folder = Directory.CreateTempSubdirectory("openbanking-empty-").FullName;
        try
        {
            var path = Path.Combine(folder, Stores.SqliteFile);
            using (var store = new SqliteStore(path))
            {
                Migrator.ApplyAtStart(store, TimeProvider.System);
            }

            return File.ReadAllBytes(path);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
