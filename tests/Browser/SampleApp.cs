using OpenBanking.Samples.Quickstart;

namespace OpenBanking.Tests.Browser;

/// <summary>The sample partner app as a process of its own, registered at a test's server.</summary>
public sealed class SampleApp : IAsyncDisposable
{
    private readonly Processes processes;
    private readonly string folder;

    private SampleApp(Processes processes, string folder, Uri address, PartnerCredentials partner)
    {
        this.processes = processes;
        this.folder = folder;
        Address = address;
        Partner = partner;
    }

    public Uri Address { get; }

    public PartnerCredentials Partner { get; }

    public static async Task<SampleApp> StartAsync(Uri server)
    {
        var folder = Directory.CreateTempSubdirectory("openbanking-sample-").FullName;
        var address = new Uri($"http://localhost:{Ports.Free()}");
        var (partner, _) = await Registration.RegisterAsync(new PartnerFolder(folder), server, address);
        var processes = new Processes(folder);
        await processes.StartAsync(
            ProgramFile(),
            new Uri(address, "/health"),
            $"--urls={address}",
            $"--Partner:Folder={folder}"
        );
        return new(processes, folder, address, partner);
    }

    public async ValueTask DisposeAsync()
    {
        await processes.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Built beside this test, in the same configuration.</summary>
    private static string ProgramFile()
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var root = own.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;
        return Path.Combine(
            root,
            "samples/VideoMembership/bin",
            own.Parent!.Name,
            own.Name,
            "OpenBanking.Samples.VideoMembership.dll"
        );
    }
}
