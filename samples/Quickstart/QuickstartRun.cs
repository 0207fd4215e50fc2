using System.Diagnostics;
using static OpenBanking.Samples.Quickstart.Registration;

namespace OpenBanking.Samples.Quickstart;

/// <summary>Starts the bank and the sample app, and plays the journey with whoever of the sandbox can be played.</summary>
public sealed class QuickstartRun(Settings settings, DataFolder data, Processes processes, Steps steps)
{
    private readonly PartnerFolder folder = new(data.Partner);

    /// <summary>Everything up to the last step; the programs stay up.</summary>
    /// <exception cref="StepFailedException">A step came out other than it should.</exception>
    public async Task PlayAsync()
    {
        Processes.RequireFree(settings.ServerPort, "--server-port");
        Processes.RequireFree(settings.SamplePort, "--sample-port");
        await StartServerAsync();
        var partner = await RegisterAsync(() => EnsureAsync(folder, settings.Server, settings.SampleApp));
        var sample = await StartSampleAsync();

        var played = Stopwatch.GetTimestamp();
        var person = await PlayAsync(partner);
        if (person is null)
        {
            Console.WriteLine("     Nobody in this sandbox can play now, so the app signs up for a new one.");
            await processes.StopAsync(sample);
            partner = await RegisterAsync(async () =>
            {
                var (anew, requestId) = await Registration.RegisterAsync(
                    folder,
                    settings.Server,
                    settings.SampleApp
                );
                return new(anew, $"client id {anew.ClientId} in a new sandbox", requestId);
            });
            await StartSampleAsync();
            person =
                await PlayAsync(partner)
                ?? throw new StepFailedException("Nobody in the new sandbox can play either.");
        }

        Console.WriteLine($"\nEvery step worked, in {Seconds(played)} s.");
        if (!settings.Once)
        {
            Console.WriteLine(
                $"""

                The bank's API        {Text(settings.Server)}/swagger
                Persons to play       {partner.PersonsUrl} ({person.Name} was played, with the PIN {Journey.Pin})
                Messages to phones    {partner.MessagesUrl}
                The sample app        {Text(settings.SampleApp)}

                Press Ctrl+C to stop.
                """
            );
        }
    }

    private async Task StartServerAsync()
    {
        var started = Stopwatch.GetTimestamp();
        await processes.StartAsync(
            Programs.Server,
            new Uri(settings.Server, "/health/ready"),
            $"--Server:PublicAddress={Text(settings.Server)}",
            $"--Server:DataFolder={data.Server}"
        );
        Console.WriteLine($"The bank's sandbox listens on {Text(settings.Server)} ({Seconds(started)} s).\n");
    }

    private async Task<PartnerCredentials> RegisterAsync(Func<Task<RegistrationOutcome>> register)
    {
        PartnerCredentials partner = null!;
        await steps.RunAsync(
            "1  The app registers with its public key",
            async () =>
            {
                (partner, var text, var requestId) = await register();
                return new(text, requestId);
            }
        );
        return partner;
    }

    private Task<Process> StartSampleAsync() =>
        processes.StartAsync(
            Programs.Sample,
            new Uri(settings.SampleApp, "/health"),
            $"--urls={Text(settings.SampleApp)}",
            $"--Partner:Folder={data.Partner}"
        );

    private Task<SandboxPerson?> PlayAsync(PartnerCredentials partner)
    {
        var client = NewClient(settings.Server, partner.ClientId, folder.ReadOrCreateKey());
        var players = new Players(folder, partner, Console.Out);
        return players.PlayAsync(person => new Journey(client, partner, person, players, steps).PlayAsync());
    }

    private static string Seconds(long since) => Stopwatch.GetElapsedTime(since).TotalSeconds.ToString("0.0");
}
