namespace OpenBanking.Server.Security;

/// <summary>Files and folders that only the server's own user may read.</summary>
public static class PrivateFiles
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes a folder; one that is there stays as it is.</summary>
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, Owner | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Makes a file, or empties it.</summary>
    public static FileStream Create(string path) => Open(path, FileMode.Create, FileShare.None);

    /// <summary>Copies a file in the place of whatever is there.</summary>
    public static void Copy(string from, string to)
    {
        using var source = File.OpenRead(from);
        using var copy = Create(to);
        source.CopyTo(copy);
        copy.Flush(flushToDisk: true);
    }

    /// <summary>Opens a file, making an empty one when there is none.</summary>
    public static FileStream Open(string path, FileShare share) => Open(path, FileMode.OpenOrCreate, share);

    private static FileStream Open(string path, FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.ReadWrite,
            Share = share,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = Owner;
        }

        return new(path, options);
    }
}
