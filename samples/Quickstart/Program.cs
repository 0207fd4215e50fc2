using System.Security.Cryptography;
using System.Text.Json;
using OpenBanking;
using OpenBanking.Samples.Quickstart;

// From the very start: whatever was started by then is stopped.
using var signals = new StopSignals();
var steps = new Steps(Console.Out);
try
{
    if (Settings.AsksForHelp(args))
    {
        Console.WriteLine(Settings.Usage);
        return 0;
    }

    var settings = Settings.Parse(args);
    using var data = DataFolder.Open(settings.DataFolder, settings.Reset);
    await using var processes = new Processes(data.Logs);
    var play = new QuickstartRun(settings, data, processes, steps).PlayAsync();
    if (await Task.WhenAny(play, signals.Asked) != play)
    {
        throw new StepFailedException("It was stopped before every step was played.");
    }

    await play;
    return settings.Once ? 0 : await StayAsync(processes, signals.Asked);
}
catch (Exception failure) when (IsExpected(failure))
{
    var why = signals.Asked.IsCompleted ? "It was stopped before every step was played." : failure.Message;
    Console.Error.WriteLine($"FAILED at: {steps.Current}\n{why}");
    return 1;
}

static async Task<int> StayAsync(Processes processes, Task stopped)
{
    var ended = processes.WhenOneEndsAsync();
    if (await Task.WhenAny(stopped, ended) == ended && !stopped.IsCompleted)
    {
        await Console.Error.WriteLineAsync($"{await ended} ended by itself; its log is in the data folder.");
        return 1;
    }

    return 0;
}

// What a reader can do something about; anything else is a bug, and shows where.
static bool IsExpected(Exception failure) =>
    failure
        is StepFailedException
            or OpenBankingException
            or HttpRequestException
            or OperationCanceledException
            or InvalidOperationException
            or JsonException
            or CryptographicException
            or IOException
            or UnauthorizedAccessException;
