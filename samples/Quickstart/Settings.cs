namespace OpenBanking.Samples.Quickstart;

/// <summary>What <c>./run</c> was asked for.</summary>
public sealed record Settings(int ServerPort, int SamplePort, string DataFolder, bool Once, bool Reset)
{
    public const string Usage = """
        ./run [--once] [--reset] [--server-port 5080] [--sample-port 5090] [--data data]

          --once         play the quickstart and exit: 0 when every step worked
          --reset        begin with empty data
          --server-port  where the bank's sandbox server listens
          --sample-port  where the sample partner app listens
          --data         the folder that everything is kept in
        """;

    public Uri Server => new($"http://localhost:{ServerPort}");

    public Uri SampleApp => new($"http://localhost:{SamplePort}");

    /// <exception cref="StepFailedException">An option is unknown or wrong.</exception>
    public static Settings Parse(string[] arguments)
    {
        var settings = new Settings(5080, 5090, "data", Once: false, Reset: false);
        for (var i = 0; i < arguments.Length; i++)
        {
            settings = arguments[i] switch
            {
                "--once" => settings with { Once = true },
                "--reset" => settings with { Reset = true },
                "--server-port" => settings with { ServerPort = Port(arguments, ++i) },
                "--sample-port" => settings with { SamplePort = Port(arguments, ++i) },
                "--data" => settings with { DataFolder = Value(arguments, ++i) },
                var unknown => throw new StepFailedException($"There is no option {unknown}.\n\n{Usage}"),
            };
        }

        return settings.ServerPort == settings.SamplePort
            ? throw new StepFailedException("The server and the sample app need different ports.")
            : settings;
    }

    private static int Port(string[] arguments, int position) =>
        int.TryParse(Value(arguments, position), out var port) && port is > 0 and < 65_536
            ? port
            : throw new StepFailedException($"{arguments[position - 1]} needs a port from 1 to 65535.");

    private static string Value(string[] arguments, int position) =>
        position < arguments.Length
            ? arguments[position]
            : throw new StepFailedException($"{arguments[position - 1]} needs a value.\n\n{Usage}");
}
