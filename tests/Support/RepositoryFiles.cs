namespace OpenBanking.Tests;

/// <summary>Files of the repository that the tests were built from.</summary>
public static class RepositoryFiles
{
    /// <summary>Where a file of the repository is.</summary>
    public static string Find(string file)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "OpenBanking.sln")))
        {
            folder = folder.Parent!;
        }

        return Path.Combine(folder.FullName, file);
    }
}
