namespace OpenBanking.Samples.Quickstart;

/// <summary>Where the programs are that the quickstart starts: built beside it, in the same configuration.</summary>
public static class Programs
{
    public static string Server => Find("server/OpenBanking.Server", "OpenBanking.Server.dll");

    public static string Sample => Find("samples/VideoMembership", "OpenBanking.Samples.VideoMembership.dll");

    private static string Find(string project, string file)
    {
        // …/samples/Quickstart/bin/<configuration>/<framework>/
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var (framework, configuration) = (own.Name, own.Parent!.Name);
        var root = own.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;
        return Path.Combine(root, project, "bin", configuration, framework, file);
    }
}
