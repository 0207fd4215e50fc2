namespace OpenBanking.Samples.Quickstart;

/// <summary>Where the programs are that the quickstart starts: built beside it, in the same configuration.</summary>
public static class Programs
{
    // …/samples/Quickstart/bin/<configuration>/<framework>/
    private static readonly DirectoryInfo own = new(
        AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)
    );

    /// <summary>The clone that the quickstart was built in.</summary>
    public static string Root => own.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;

    /// <summary>The bank's server.</summary>
    public static string Server => Find("server/OpenBanking.Server", "OpenBanking.Server.dll");

    /// <summary>The sample partner app.</summary>
    public static string Sample => Find("samples/VideoMembership", "OpenBanking.Samples.VideoMembership.dll");

    private static string Find(string project, string file) =>
        Path.Combine(Root, project, "bin", own.Parent!.Name, own.Name, file);
}
