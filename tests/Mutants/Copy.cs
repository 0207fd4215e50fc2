namespace OpenBanking.Tests.Mutants;

/// <summary>A copy of the repository as it was last committed, whose server is every mutant.</summary>
internal sealed class Copy : IDisposable
{
    private const string Server = "server/OpenBanking.Server";

    /// <summary>The authorization server that stands in the own one's place in some tests.</summary>
    private const string Node = "/tests/Support/oidc-provider";

    private readonly string folder = Directory.CreateTempSubdirectory("openbanking-mutants-").FullName;

    private Copy() { }

    public static Copy Of(string repository, IReadOnlyList<Mutant> mutants)
    {
        var copy = new Copy();
        Programs.Must("git", ["clone", "--quiet", repository, copy.folder]);
        copy.Change(mutants);
        Programs.Must("npm", ["ci", "--silent", "--no-audit", "--no-fund", "--prefix", copy.folder + Node]);
        foreach (var project in TestProjects.All)
        {
            copy.Build(project);
        }

        return copy;
    }

    /// <summary>Runs tests until one fails; gives it, or null.</summary>
    /// <param name="number">Of the mutant; 0 for the server as it is.</param>
    public string? FirstFailure(int number, IEnumerable<(string Project, string[] Names)> tests)
    {
        foreach (var (project, names) in tests.OrderByDescending(one => one.Project))
        {
            var program = $"{folder}/tests/{project}/bin/Release/net10.0/OpenBanking.Tests.{project}.dll";
            var filter = names.SelectMany(name => new[] { "-method", $"*.{name}" });
            var (status, text) = Programs.Run(
                "dotnet",
                [program, "-noColor", "-noLogo", "-stopOnFail", .. filter],
                (ChosenMutant.Variable, $"{number}")
            );
            if (status != 0)
            {
                return NameIn(text) ?? $"{project} ended with {status}:\n{text}";
            }
        }

        return null;
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private void Change(IReadOnlyList<Mutant> mutants)
    {
        File.WriteAllText($"{folder}/{Server}/ChosenMutant.cs", ChosenMutant.Code);
        foreach (var (number, mutant) in mutants.Index())
        {
            foreach (var change in mutant.Changes)
            {
                var file = $"{folder}/{Server}/{change.File}";
                var code = File.ReadAllText(file);
                if (change.CountIn(code) != 1)
                {
                    throw new InvalidOperationException(
                        $"{mutant.Check}: {change.File} holds {change.CountIn(code)} times: {change.Before}"
                    );
                }

                File.WriteAllText(file, change.Apply(code, ChosenMutant.Is(number + 1)));
            }
        }
    }

    private void Build(string project) =>
        Programs.Must(
            "dotnet",
            [
                "build",
                $"{folder}/tests/{project}",
                "--configuration",
                "Release",
                "--verbosity",
                "quiet",
                "-p:TreatWarningsAsErrors=false",
                "-p:RunAnalyzers=false",
            ]
        );

    /// <summary>Class and method of the first test that failed.</summary>
    private static string? NameIn(string text) =>
        text.Split('\n').FirstOrDefault(line => line.Contains("[FAIL]", StringComparison.Ordinal)) is { } line
            ? string.Join('.', line.Trim().Split('(', ' ')[0].Split('.')[^2..])
            : null;
}

/// <summary>How the server learns at its start which mutant it is.</summary>
internal static class ChosenMutant
{
    public const string Variable = "OPENBANKING_MUTANT";

    public const string Code = $$"""
        namespace OpenBanking.Server;

        internal static class ChosenMutant
        {
            private static readonly string? chosen = System.Environment.GetEnvironmentVariable("{{Variable}}");

            public static bool Is(int number) => chosen == $"{number}";
        }
        """;

    public static string Is(int number) => $"global::OpenBanking.Server.ChosenMutant.Is({number})";
}
