namespace OpenBanking.Samples.Quickstart;

/// <summary>The folder that everything is kept in. It carries a marker of ours: what has none is never touched. One
/// <c>./run</c> at a time has it.</summary>
public sealed class DataFolder : IDisposable
{
    private const string Marker = ".openbanking-run";
    private const string MarkerText =
        "./run made this folder. ./run --reset deletes partner, server and logs in it.\n";

    private readonly string path;
    private readonly FileStream held;

    private DataFolder(string path, FileStream held)
    {
        this.path = path;
        this.held = held;
    }

    /// <summary>The bank's own data.</summary>
    public string Server => Path.Combine(path, "server");

    /// <summary>What the partner keeps.</summary>
    public string Partner => Path.Combine(path, "partner");

    /// <summary>What the programs printed.</summary>
    public string Logs => Path.Combine(path, "logs");

    /// <summary>Takes the folder for this process, and makes it when it is new.</summary>
    /// <param name="path">New, empty, or made by an earlier start.</param>
    /// <param name="reset">Whether to begin with empty data.</param>
    /// <exception cref="StepFailedException">It is not ours, in use, or cannot be written.</exception>
    public static DataFolder Open(string path, bool reset)
    {
        try
        {
            var folder = new DataFolder(path, Take(path));
            if (reset)
            {
                folder.Reset();
            }

            return folder;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StepFailedException($"The data folder {path} cannot be used: {failure.Message}");
        }
    }

    /// <summary>Lets the folder go.</summary>
    public void Dispose() => held.Dispose();

    private static FileStream Take(string path)
    {
        PrivateFiles.CreateFolder(path);
        var marker = Path.Combine(path, Marker);
        if (!File.Exists(marker))
        {
            if (Directory.EnumerateFileSystemEntries(path).Any())
            {
                throw new StepFailedException(
                    $"{path} holds what ./run did not make, so it is left alone. Choose a new or an empty folder with --data."
                );
            }

            PrivateFiles.CloseFolder(path);
        }

        var held = Lock(
            marker,
            $"Another ./run is using {path}. Stop it first, or choose another folder with --data."
        );
        if (held.Length == 0)
        {
            held.Write(System.Text.Encoding.UTF8.GetBytes(MarkerText));
            held.Flush();
        }

        return held;
    }

    /// <summary>The bank's data go first, and only while no server has them.</summary>
    private void Reset()
    {
        var serverLock = Path.Combine(Server, "openbanking.db.lock");
        using var noServer = File.Exists(serverLock)
            ? Lock(serverLock, $"A server is using {Server}: nothing was deleted. Stop it first.")
            : null;
        foreach (var made in new[] { Server, Partner, Logs }.Where(Directory.Exists))
        {
            Directory.Delete(made, recursive: true);
        }
    }

    private static FileStream Lock(string file, string otherwise)
    {
        try
        {
            return PrivateFiles.Open(file, FileMode.OpenOrCreate, FileShare.None);
        }
        catch (IOException failure) when (failure.GetType() == typeof(IOException))
        {
            // A missing folder and the like have exceptions of their own.
            throw new StepFailedException(otherwise);
        }
    }
}
