using OpenBanking.Server.Security;

namespace OpenBanking.Server;

/// <summary>The folder that <c>Server:DataFolder</c> names.</summary>
internal static class DataFolder
{
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

    private static WrongSettingException Unusable(string folder, string why) =>
        new(
            $"Server:DataFolder is \"{folder}\", and no data can be kept there. {why} "
                + "Name a folder that the server may make, or write in."
        );
}
