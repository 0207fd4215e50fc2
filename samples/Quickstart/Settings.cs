namespace OpenBanking.Samples.Quickstart;

/// <summary>What <c>./run</c> was asked for.</summary>
public sealed record Settings(int ServerPort, int SamplePort, string DataFolder, bool Once, bool Reset)
{
    /// <summary>What <c>./run --help</c> prints: from a file, which the script itself reads before anything is built.</summary>
    public static string Usage
    {
        get
        {
            using var reader = new StreamReader(
                typeof(Settings).Assembly.GetManifestResourceStream("usage.txt")!
            );
            return reader.ReadToEnd().TrimEnd();
        }
    }

    /// <summary>The bank's address.</summary>
    public Uri Server => new($"http://localhost:{ServerPort}");

    /// <summary>The sample app's address.</summary>
    public Uri SampleApp => new($"http://localhost:{SamplePort}");

    /// <summary>Whether the usage is wanted, wherever that stands.</summary>
    public static bool AsksForHelp(IEnumerable<string> arguments) =>
        arguments.Any(argument => argument is "--help" or "-h");

    /// <summary>Reads the command line: <c>--option value</c> or <c>--option=value</c>. A relative folder is one of the
    /// caller's.</summary>
    /// <exception cref="StepFailedException">An option is unknown or wrong.</exception>
    public static Settings Parse(IEnumerable<string> arguments)
    {
        var settings = new Settings(
            5080,
            5090,
            Path.Combine(Programs.Root, "data"),
            Once: false,
            Reset: false
        );
        var rest = new Queue<string>(arguments.SelectMany(Split));
        while (rest.TryDequeue(out var option))
        {
            settings = option switch
            {
                "--once" => settings with { Once = true },
                "--reset" => settings with { Reset = true },
                "--server-port" => settings with { ServerPort = Port(option, rest) },
                "--sample-port" => settings with { SamplePort = Port(option, rest) },
                "--data" => settings with { DataFolder = Path.GetFullPath(Value(option, rest)) },
                _ => throw new StepFailedException($"There is no option {option}.\n\n{Usage}"),
            };
        }

        return settings.ServerPort == settings.SamplePort
            ? throw new StepFailedException("The server and the sample app need different ports.")
            : settings;
    }

    private static string[] Split(string argument) =>
        argument.StartsWith("--", StringComparison.Ordinal) ? argument.Split('=', 2) : [argument];

    private static int Port(string option, Queue<string> rest) =>
        int.TryParse(Value(option, rest), out var port) && port is > 0 and < 65_536
            ? port
            : throw new StepFailedException($"{option} needs a port from 1 to 65535.");

    private static string Value(string option, Queue<string> rest) =>
        rest.TryDequeue(out var value)
        && value.Length > 0
        && !value.StartsWith("--", StringComparison.Ordinal)
            ? value
            : throw new StepFailedException($"{option} needs a value.\n\n{Usage}");
}
