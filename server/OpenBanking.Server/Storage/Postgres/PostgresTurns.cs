using Npgsql;

namespace OpenBanking.Server.Storage.Postgres;

/// <summary>Locks of one connection that is kept for them: whoever dies gives all of them back, and of whoever stands still the
/// server ends the connection. Nothing is written.</summary>
internal sealed class PostgresTurns(NpgsqlDataSource unpooled) : ITurns
{
    /// <summary>How often an idle connection says that it is there, and how long the server waits for that.</summary>
    public const int KeepAliveSeconds = 5;
    private const string LeaveAfter = "SET idle_session_timeout = '20s'";

    private const string Take = "SELECT pg_try_advisory_lock($1)";
    private const string GiveBack = "SELECT pg_advisory_unlock($1)";

    private readonly SemaphoreSlim one = new(1);
    private NpgsqlConnection? connection;
    private volatile bool isOver;

    public async Task<bool> TryTakeAsync(Guid what)
    {
        await one.WaitAsync();
        try
        {
            if (isOver)
            {
                return false;
            }

            if (connection is { State: not System.Data.ConnectionState.Open })
            {
                await CloseAsync();
            }

            connection ??= await OpenAsync();
            return await AskAsync(Take, what);
        }
        catch (Exception failure) when (failure is NpgsqlException or InvalidOperationException)
        {
            // Who can be asked nothing takes no turn; the next one to ask begins with a new connection.
            await CloseAsync();
            return false;
        }
        finally
        {
            one.Release();
        }
    }

    public async Task GiveBackAsync(Guid what)
    {
        await one.WaitAsync();
        try
        {
            if (connection is not null && !isOver)
            {
                await AskAsync(GiveBack, what);
            }
        }
        catch (Exception failure) when (failure is NpgsqlException or InvalidOperationException)
        {
            await CloseAsync();
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>Ends the connection, and gives all turns back with it. Waits for what is being asked on it: a connection that is
    /// closed under its command may stand still for ever.</summary>
    public void Dispose()
    {
        isOver = true;
        one.Wait();
        connection?.Dispose();
        unpooled.Dispose();
        one.Release();
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var opened = await unpooled.OpenConnectionAsync();
        await using var leave = new NpgsqlCommand(LeaveAfter, opened);
        await leave.ExecuteNonQueryAsync();
        return opened;
    }

    private async Task<bool> AskAsync(string sql, Guid what)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new() { Value = NumberOf(what) });
        return await command.ExecuteScalarAsync() is true;
    }

    private async Task CloseAsync()
    {
        if (connection is { } closing)
        {
            connection = null;
            await closing.DisposeAsync();
        }
    }

    /// <summary>The random end of an id: two that share it only wait for each other.</summary>
    private static long NumberOf(Guid what) => BitConverter.ToInt64(what.ToByteArray(), 8);
}
