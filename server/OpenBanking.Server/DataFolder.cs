using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server;

/// <summary>The folder that <c>Server:DataFolder</c> names.</summary>
internal static class DataFolder
{
    /// <summary>The master key that a sandbox makes.</summary>
    public const string KeyFile = "master.key";

    private const UnixFileMode Others =
        UnixFileMode.GroupRead
        | UnixFileMode.GroupWrite
        | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead
        | UnixFileMode.OtherWrite
        | UnixFileMode.OtherExecute;

    /// <summary>With what SQLite has beside its file.</summary>
    private static readonly string[] ownFiles =
    [
        Stores.SqliteFile,
        $"{Stores.SqliteFile}-wal",
        $"{Stores.SqliteFile}-shm",
        KeyFile,
    ];

    /// <summary>Makes it where it is not there, and tries whether files may be made in it.</summary>
    /// <param name="mustExist">Whether one that is not there is left to whoever asks.</param>
    /// <exception cref="WrongSettingException">It is no folder, or nothing may be written in it.</exception>
    public static void Require(string folder, bool mustExist = false)
    {
        // It would be the folder that the server happens to be started in.
        if (string.IsNullOrWhiteSpace(folder))
        {
            throw Unusable(folder, "It is empty.");
        }

        try
        {
            var path = Path.GetFullPath(folder, Environment.CurrentDirectory);
            if (File.Exists(path))
            {
                throw Unusable(folder, "It is a file.");
            }

            if (mustExist && !Directory.Exists(path))
            {
                return;
            }

            PrivateFiles.CreateFolder(path);
            using var tried = new FileStream(
                Path.Combine(path, $".tried-{Environment.ProcessId}"),
                new FileStreamOptions
                {
                    Mode = FileMode.Create,
                    Access = FileAccess.Write,
                    Share = FileShare.ReadWrite,
                    Options = FileOptions.DeleteOnClose,
                }
            );
        }
        catch (Exception failure)
            when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Unusable(folder, failure.Message);
        }
    }

    /// <summary>What of the server's own in the folder more than its user may read or change, in a sentence; null when nothing is.
    /// It is left as it is: to let others in may have been meant, and the folder may be theirs, too.</summary>
    public static string? WhatOthersMayRead(string folder)
    {
        string[] own = [.. ownFiles.Select(name => Path.Combine(folder, name)).Where(File.Exists)];
        var open = own.Length == 0 ? "" : string.Join(' ', own.Prepend(folder).Where(IsOpenToOthers));
        return open == ""
            ? null
            : $"Others on this machine may read or change {open}: run chmod go-rwx {open}, unless that is meant.";
    }

    private static bool IsOpenToOthers(string path) =>
        !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != UnixFileMode.None;

    private static WrongSettingException Unusable(string folder, string why) =>
        new(
            $"Server:DataFolder is \"{folder}\", and no data can be kept there. {why} "
                + "Name a folder that the server may make, or write in."
        );
}
