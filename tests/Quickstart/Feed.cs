using System.Diagnostics;
using OpenBanking.Samples.Quickstart;
using OpenBanking.Tests.Quickstart;
using Xunit;

[assembly: AssemblyFixture(typeof(PackedPackages))]

namespace OpenBanking.Tests.Quickstart;

/// <summary>The packages as partners get them, in a folder outside the repository: what is installed from there knows
/// nothing of it. What they depend on comes from where this repository's own build has put it.</summary>
public sealed class Feed : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Lazy<string> templates;

    public Feed(PackedPackages packed)
    {
        Packages = packed.Folder;
        templates = new(() =>
            Run("new", "install", Path.Combine(Packages, "OpenBanking.Templates.0.1.0.nupkg"))
        );
        var known =
            Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(
                Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
                ".nuget/packages"
            );
        File.WriteAllText(
            folder["nuget.config"],
            $"""
            <configuration>
              <packageSources>
                <clear />
                <add key="openbanking" value="{Packages}" />
                <add key="known" value="{known}" />
              </packageSources>
              <packageSourceMapping>
                <packageSource key="openbanking"><package pattern="OpenBanking.*" /></packageSource>
                <packageSource key="known"><package pattern="*" /></packageSource>
              </packageSourceMapping>
            </configuration>
            """
        );
    }

    /// <summary>Where the packages are, which other feeds have too.</summary>
    public string Packages { get; }

    public string this[string name] => folder[name];

    public void Dispose() => folder.Dispose();

    /// <summary>Makes an app of the template.</summary>
    public void MakeApp(string name, params string[] more)
    {
        _ = templates.Value;
        Run(["new", "openbanking-partner", "--output", folder[name], .. more]);
    }

    /// <summary>Builds what is in a folder of it; gives what is said of it, which is nothing when all is well.</summary>
    public string Build(string name, params string[] more) =>
        Run(["build", folder[name], "--configuration", "Release", "--verbosity", "quiet", .. more]);

    /// <summary>Packs what the solution's build has made, and holds it against this.</summary>
    /// <exception cref="InvalidOperationException">It does not hold; the message is what is said then.</exception>
    public void PackAgainst(string baseline) =>
        Start(
            Path.Combine(Programs.Root, "nuget/pack"),
            Programs.Root,
            ["--baseline", folder[baseline], "--no-build", folder["again"]]
        );

    /// <summary>Runs dotnet with a home of its own; gives what it says.</summary>
    public string Run(params string[] arguments) =>
        Start(
            "dotnet",
            folder.Path,
            arguments,
            new()
            {
                ["DOTNET_CLI_HOME"] = folder["home"],
                ["NUGET_PACKAGES"] = folder["installed"],
                ["DOTNET_NOLOGO"] = "1",
                ["DOTNET_GENERATE_ASPNET_CERTIFICATE"] = "false",
                ["MSBUILDDISABLENODEREUSE"] = "1",
                ["UseSharedCompilation"] = "false",
            }
        );

    /// <summary>Runs a program to its end; gives what it says.</summary>
    public static string Start(
        string program,
        string place,
        string[] arguments,
        Dictionary<string, string>? environment = null
    )
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = place,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {output}{error.Result}"
            );
    }
}

/// <summary>The packages of what the solution's build has made, packed once for all who ask.</summary>
public sealed class PackedPackages : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Lazy<string> packed;

    public PackedPackages() =>
        packed = new(() =>
        {
            Feed.Start(
                Path.Combine(Programs.Root, "nuget/pack"),
                Programs.Root,
                ["--no-build", folder["feed"]]
            );
            return folder["feed"];
        });

    public string Folder => packed.Value;

    public void Dispose() => folder.Dispose();
}
