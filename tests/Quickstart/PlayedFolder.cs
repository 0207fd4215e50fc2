using Xunit;
using static OpenBanking.Tests.Quickstart.QuickstartProcess;

namespace OpenBanking.Tests.Quickstart;

/// <summary>A data folder in which the quickstart was played once: each test goes on in a copy of its own.</summary>
public sealed class PlayedFolder : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();

    public (int Server, int Sample) Ports { get; } = FreePorts();

    /// <summary>What the first start came to.</summary>
    public Ended First { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        First = await PlayAsync(folder.Path, Ports);
        Assert.True(First.ExitCode == 0, $"{First}");
    }

    public TemporaryFolder Copy()
    {
        var copy = new TemporaryFolder();
        foreach (var path in Directory.GetFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories))
        {
            var there = copy[Path.GetRelativePath(folder.Path, path)];
            if (Directory.Exists(path))
            {
                Directory.CreateDirectory(there, File.GetUnixFileMode(path));
            }
            else
            {
                File.Copy(path, there);
            }
        }

        return copy;
    }

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
