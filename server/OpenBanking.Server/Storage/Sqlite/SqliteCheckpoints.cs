namespace OpenBanking.Server.Storage.Sqlite;

/// <summary>Copies the log back into the file. Most of it is copied beside the writer, which goes on meanwhile; what came in that time is
/// little, and is copied between two of its commits, so that the log begins anew.</summary>
/// <param name="writer">The one connection that writes. It copies nothing by itself from now on.</param>
/// <param name="pages">How many pages are written until the log is copied back. A page that changes often is copied once in so many:
/// at a quarter of <see cref="Pages"/> a payment costs a third more.</param>
internal sealed class SqliteCheckpoints(SqliteConnection writer, int pages = SqliteCheckpoints.Pages)
    : IDisposable
{
    /// <summary>64 MB.</summary>
    public const int Pages = 16_000;

    /// <summary>What could not be copied is tried again so many times within as many pages: a reader that holds on to the log lets no more
    /// be copied, and a full disk none.</summary>
    private const int Retries = 16;

    private long untilNext = pages;
    private Task? beside;

    /// <summary>For the writer to call when it has no transaction open.</summary>
    public void AfterCommit()
    {
        untilNext -= writer.TakePagesWritten();
        if (beside is null && untilNext <= 0)
        {
            beside = Task.Factory.StartNew(
                CopyBeside,
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default
            );
        }
        else if (beside is { IsCompleted: true })
        {
            beside = null;
            untilNext = writer.TryCheckpoint() ? pages : pages / Retries;
        }
    }

    public void Dispose() => beside?.Wait();

    /// <summary>What goes wrong goes wrong for the writer, too, which tries again.</summary>
    private void CopyBeside()
    {
        try
        {
            using var connection = new SqliteConnection(writer.Path, writes: false);
            connection.TryCheckpoint();
        }
        catch (SqliteStoreException)
        {
            // No connection is to be had now.
        }
    }
}
