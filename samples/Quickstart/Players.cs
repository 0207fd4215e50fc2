using System.Net.Http.Json;
using OpenBanking.Testing;

namespace OpenBanking.Samples.Quickstart;

/// <summary>Who was played in a sandbox, by mobile number.</summary>
/// <param name="PersonsUrl">The sandbox's persons.</param>
/// <param name="WithOurPin">Whose payment PIN the quickstart has set.</param>
/// <param name="LeftOut">Who cannot be played: with a PIN of their own, or without money.</param>
public sealed record PlayedPersons(string PersonsUrl, List<string> WithOurPin, List<string> LeftOut);

/// <summary>The persons of a sandbox, of whom one plays the customer. The bank sends a number one code in ten seconds,
/// and ten in an hour: so at another start it is another's turn.</summary>
public sealed class Players(PartnerFolder folder, PartnerCredentials partner, TextWriter output)
{
    private static readonly TimeSpan pauseOfCodes = TimeSpan.FromSeconds(10);

    private readonly PlayedPersons played = folder.ReadPlayed(partner.PersonsUrl);

    /// <summary>Plays with the first person it can be played with; null when there is nobody.</summary>
    public async Task<SandboxPerson?> PlayAsync(Func<SandboxPerson, Task> play)
    {
        var waiting = await ListAsync();
        waiting.RemoveAll(person => played.LeftOut.Contains(person.Mobile));
        if (await PlayWithOneAsync(waiting, play) is { } first)
        {
            return first;
        }

        if (waiting.Count == 0)
        {
            return null;
        }

        await output.WriteLineAsync(
            $"     In {pauseOfCodes.TotalSeconds:0} s the bank may send codes again …"
        );
        await Task.Delay(pauseOfCodes);
        return await PlayWithOneAsync(waiting, play);
    }

    /// <summary>Whether the person has the PIN that the quickstart sets.</summary>
    public bool HasOurPin(SandboxPerson person) => played.WithOurPin.Contains(person.Mobile);

    /// <summary>The person has the PIN that the quickstart sets.</summary>
    public void RememberPin(SandboxPerson person)
    {
        if (!HasOurPin(person))
        {
            played.WithOurPin.Add(person.Mobile);
            folder.Write(played);
        }
    }

    /// <summary>Leaves those in the list who may be played soon.</summary>
    private async Task<SandboxPerson?> PlayWithOneAsync(
        List<SandboxPerson> waiting,
        Func<SandboxPerson, Task> play
    )
    {
        foreach (var person in waiting.ToList())
        {
            try
            {
                await play(person);
                return person;
            }
            catch (PersonUnavailableException unavailable)
            {
                await output.WriteLineAsync($"     {person.Name} cannot play now: {unavailable.Message}");
                if (!unavailable.Soon)
                {
                    waiting.Remove(person);
                    played.LeftOut.Add(person.Mobile);
                    folder.Write(played);
                }
            }
        }

        return null;
    }

    private async Task<List<SandboxPerson>> ListAsync()
    {
        using var http = new HttpClient();
        var page = await http.GetFromJsonAsync(
            partner.PersonsUrl + ".json",
            ResponseJson.Default.PageSandboxPerson
        );
        return [.. page!.Data];
    }
}
