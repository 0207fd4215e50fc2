using System.Diagnostics;

namespace OpenBanking.Tests.Faults;

/// <summary>A file system of its own that is soon full: ext4 in a file, or in memory where files cannot be mounted.</summary>
internal sealed class SmallDisk : IDisposable
{
    private const int BallastBlock = 4_096;
    private readonly string folder = Directory.CreateTempSubdirectory("openbanking-disk-").FullName;

    /// <param name="inMemory">Whether it is one in memory in any case: that is full to the last page when it is full.</param>
    public SmallDisk(int megabytes, bool inMemory = false)
    {
        Directory.CreateDirectory(Folder);
        TryRun("chmod", "711", folder);
        Kind =
            !inMemory && MountFile(megabytes) ? "ext4 in a file"
            : TryRun("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "openbanking", Folder)
                ? "a file system in memory"
            : throw new InvalidOperationException("A small file system cannot be mounted here: run as root.");
        // The database's own user makes its folder here.
        TryRun("chmod", "777", Folder);
    }

    public string Folder => Path.Combine(folder, "disk");

    /// <summary>What it is, for reports.</summary>
    public string Kind { get; }

    private string Ballast => Path.Combine(Folder, "ballast");

    /// <summary>Takes all the room there is.</summary>
    public void Fill()
    {
        using var ballast = new FileStream(Ballast, FileMode.Append, FileAccess.Write, FileShare.None, 0);
        var block = new byte[BallastBlock];
        try
        {
            while (true)
            {
                ballast.Write(block);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    public void MakeRoom() => File.Delete(Ballast);

    public void Dispose()
    {
        TryRun("umount", "-l", Folder);
        Directory.Delete(folder, recursive: true);
    }

    private bool MountFile(int megabytes)
    {
        var image = Path.Combine(folder, "image");
        using (var file = File.Create(image))
        {
            file.SetLength(megabytes * 1024L * 1024);
        }

        return TryRun("mkfs.ext4", "-q", "-m", "0", "-F", image)
            && TryRun("mount", "-o", "loop", image, Folder);
    }

    private static bool TryRun(string program, params IReadOnlyList<string> arguments)
    {
        string[] command =
            Environment.UserName == "root" ? [program, .. arguments] : ["sudo", "-n", program, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
