using System.Diagnostics;
using System.Net.Http.Json;
using OpenBanking;
using OpenBanking.Samples.Quickstart;

var steps = new Steps(Console.Out);
try
{
    if (args is ["--help"])
    {
        Console.WriteLine(Settings.Usage);
        return 0;
    }

    return await RunAsync(Settings.Parse(args), steps);
}
catch (StepFailedException failure)
{
    Console.Error.WriteLine($"FAILED at: {steps.Current}\n{failure.Message}");
    return 1;
}
catch (Exception failure)
    when (failure is OpenBankingException or HttpRequestException or InvalidOperationException)
{
    Console.Error.WriteLine($"FAILED at: {steps.Current}\n{failure.Message}");
    return 1;
}

static async Task<int> RunAsync(Settings settings, Steps steps)
{
    Processes.RequireFree(settings.ServerPort, "--server-port");
    Processes.RequireFree(settings.SamplePort, "--sample-port");
    if (settings.Reset && Directory.Exists(settings.DataFolder))
    {
        Directory.Delete(settings.DataFolder, recursive: true);
    }

    var started = Stopwatch.GetTimestamp();
    await using var processes = new Processes(Path.Combine(settings.DataFolder, "logs"));
    await processes.StartAsync(
        Programs.Server,
        new Uri(settings.Server, "/health/ready"),
        $"--Server:PublicAddress={settings.Server}",
        $"--Server:DataFolder={Path.Combine(settings.DataFolder, "server")}"
    );
    Console.WriteLine($"The bank's sandbox listens on {settings.Server} ({Seconds(started)} s).\n");

    var folder = new PartnerFolder(Path.Combine(settings.DataFolder, "partner"));
    var partner = folder.Read();
    await steps.RunAsync(
        "1  The app registers with its public key",
        async () =>
        {
            if (partner?.Authority == settings.Server)
            {
                return new($"known from before: {partner.ClientId}", null);
            }

            (partner, var requestId) = await Registration.RegisterAsync(
                folder,
                settings.Server,
                settings.SampleApp
            );
            return new($"client id {partner.ClientId}", requestId);
        }
    );
    await processes.StartAsync(
        Programs.Sample,
        new Uri(settings.SampleApp, "/health"),
        $"--urls={settings.SampleApp}",
        $"--Partner:Folder={Path.GetFullPath(Path.Combine(settings.DataFolder, "partner"))}"
    );

    var played = Stopwatch.GetTimestamp();
    var client = Registration.NewClient(settings.Server, partner!.ClientId, folder.ReadOrCreateKey());
    var person = await FirstPersonAsync(partner);
    await new Journey(client, partner, person, settings.SampleApp, steps).PlayAsync();
    Console.WriteLine($"\nEvery step worked, in {Seconds(played)} s.");
    if (settings.Once)
    {
        return 0;
    }

    Console.WriteLine(
        $"""

        The bank's API        {settings.Server}/swagger
        Persons to play       {partner.PersonsUrl}
        Messages to phones    {partner.MessagesUrl}
        The sample app        {settings.SampleApp}

        Press Ctrl+C to stop.
        """
    );
    return await StayAsync(processes);
}

static async Task<int> StayAsync(Processes processes)
{
    var stopped = new TaskCompletionSource();
    Console.CancelKeyPress += (_, key) =>
    {
        key.Cancel = true;
        stopped.TrySetResult();
    };
    AppDomain.CurrentDomain.ProcessExit += (_, _) => stopped.TrySetResult();
    var ended = processes.WhenOneEndsAsync();
    if (await Task.WhenAny(stopped.Task, ended) == ended && !stopped.Task.IsCompleted)
    {
        await Console.Error.WriteLineAsync($"{await ended} ended by itself; its log is in the data folder.");
        return 1;
    }

    return 0;
}

static async Task<SandboxPerson> FirstPersonAsync(PartnerCredentials partner)
{
    using var http = new HttpClient();
    var page = await http.GetFromJsonAsync(
        partner.PersonsUrl + ".json",
        ResponseJson.Default.PageSandboxPerson
    );
    return page!.Data[0];
}

static string Seconds(long since) => Stopwatch.GetElapsedTime(since).TotalSeconds.ToString("0.0");
