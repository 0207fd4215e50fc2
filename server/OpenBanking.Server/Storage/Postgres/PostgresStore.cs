using System.Collections.Concurrent;
using System.Data;
using Npgsql;
using OpenBanking.Server.Storage.Migrations;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Storage.Postgres;

/// <summary>The bank's own store: PostgreSQL 15 or newer, shared by any number of nodes.</summary>
public sealed class PostgresStore : Store
{
    /// <summary>How long a connection may take to be made, and a statement to be answered.</summary>
    private const int ConnectTimeoutSeconds = 5;
    private const int StatementTimeoutSeconds = 10;

    /// <summary>When an idle connection is asked whether it still leads somewhere, and how often.</summary>
    private const int KeepAliveSeconds = 10;
    private const int KeepAliveIntervalSeconds = 3;

    /// <summary>How often a read is tried again whose connection was dead, and how long it waits before the next.</summary>
    private const int ReadReruns = 4;
    private static readonly TimeSpan readPause = TimeSpan.FromMilliseconds(100);

    private readonly NpgsqlConnectionStringBuilder settings;
    private readonly NpgsqlDataSource connections;
    private readonly IReadOnlyList<Migration> known;
    private readonly NpgsqlConnection? snapshot;
    private readonly ConcurrentDictionary<(Table, string Condition), object> lookups = [];

    /// <param name="rehearsalFolder">Migrations that are not released yet.</param>
    /// <param name="newestKey">The newest key for sealed values that this process was given, for the others to see.</param>
    public PostgresStore(
        string connectionString,
        string? rehearsalFolder = null,
        int newestKey = RunningNode.FirstKey
    )
    {
        known = MigrationFiles.Known(PostgresMigrations.Dialect, rehearsalFolder);
        settings = new(connectionString)
        {
            ApplicationName = PostgresNodes.ApplicationName(known[^1].Number, newestKey),
            MaxAutoPrepare = 200,
            AutoPrepareMinUsages = 2,
            Timeout = ConnectTimeoutSeconds,
            CommandTimeout = StatementTimeoutSeconds,
            // A statement that is out of time has lost its connection: nobody waits for its cancellation as well.
            CancellationTimeout = -1,
            // Who changes a connection's settings does not give it back.
            NoResetOnClose = true,
            // Whatever the environment has for PostgreSQL's own programs: names would be kept as other text.
            ClientEncoding = ConnectionStrings.Encoding,
        };
        if (!IsLocal(settings.Host))
        {
            settings.TcpKeepAlive = true;
            settings.TcpKeepAliveTime = KeepAliveSeconds;
            settings.TcpKeepAliveInterval = KeepAliveIntervalSeconds;
        }

        connections = Build(settings);
    }

    /// <summary>What a connection sees whose transaction is of one instant.</summary>
    private PostgresStore(PostgresStore store, NpgsqlConnection snapshot) =>
        (settings, connections, known, this.snapshot) = (
            store.settings,
            store.connections,
            store.known,
            snapshot
        );

    /// <summary>Whether a host is the folder of a Unix socket, or an abstract one: neither can be kept alive as TCP is.</summary>
    internal static bool IsLocal(string? host) => host is ['/' or '@', ..];

    private NpgsqlDataSource Build(NpgsqlConnectionStringBuilder how)
    {
        var builder = new NpgsqlDataSourceBuilder(how.ConnectionString);
        // The writers wait on threads of their own; everybody else waits for nothing but the answer.
        builder.UsePhysicalConnectionInitializer(
            connection => BeginAsync(connection).GetAwaiter().GetResult(),
            BeginAsync
        );
        return builder.Build();
    }

    private async Task BeginAsync(NpgsqlConnection connection)
    {
        await PostgresDurability.WaitAsync(connection);
        await PostgresNodes.AdmitAsync(connection, known);
    }

    public override ValueTask<IReadOnlyList<TRow>> ListAsync<TRow>(
        Table<TRow> table,
        World world,
        Sql condition
    ) =>
        ReadAsync(
            PostgresText.Select(table, condition.Text),
            parameters =>
            {
                parameters.Int64(world.Number);
                condition.WriteTo(parameters);
            },
            table.Read
        );

    /// <summary>A condition that begins with the whole key is looked up with others of its kind.</summary>
    public override async ValueTask<TRow?> FirstAsync<TRow>(Table<TRow> table, World world, Sql condition)
        where TRow : class =>
        PostgresText.NamesKey(table, condition.Text) && !condition.HasNulls
            ? await LookUpAsync(table, world, condition.Text, condition.Kinds, condition.WriteTo)
            : await base.FirstAsync(table, world, condition);

    public override ValueTask<TRow?> FindAsync<TKey, TRow>(Table<TKey, TRow> table, World world, TKey key)
        where TRow : class =>
        LookUpAsync(
            table,
            world,
            PostgresText.IsKey(table),
            table.KeyColumns.Select(table.KindOf),
            values => table.WriteKey(key, values)
        );

    public override ValueTask<IReadOnlyList<(World World, TRow Row)>> ListAcrossWorldsAsync<TRow>(
        Table<TRow> table,
        int limit,
        Sql condition
    ) =>
        ReadAsync(
            PostgresText.SelectAcrossWorlds(table, condition.Text),
            parameters =>
            {
                parameters.Int64(limit);
                condition.WriteTo(parameters);
            },
            row => (new World((int)row.Int64()!.Value), table.Read(row))
        );

    public override ValueTask<IReadOnlyList<long[]>> NumbersAsync(string sql, int columns) =>
        ReadAsync(
            sql,
            _ => { },
            row => Enumerable.Range(0, columns).Select(_ => row.Int64() ?? 0).ToArray(),
            timeoutSeconds: 0
        );

    internal override bool HasOneWriter => false;

    public override async ValueTask<IReadOnlyList<TRow>> ListByKeysAsync<TKey, TRow>(
        Table<TKey, TRow> table,
        World world,
        IReadOnlyCollection<TKey> keys
    )
    {
        if (keys.Count == 0)
        {
            return [];
        }

        var arrays = new PostgresArrays();
        foreach (var key in keys)
        {
            arrays.NextRow();
            table.WriteKey(key, arrays);
        }

        return await ReadAsync(
            PostgresText.SelectByKeys(table),
            parameters =>
            {
                parameters.Int64(world.Number);
                parameters.Arrays(arrays);
            },
            table.Read
        );
    }

    internal override ValueTask<IReadOnlyList<T>> QueryAsync<T>(
        World world,
        Sql query,
        Func<RowReader, T> read,
        bool isBrief = false
    ) =>
        ReadAsync(
            query.Text.Replace('?', '$'),
            parameters =>
            {
                parameters.Int64(world.Number);
                query.WriteTo(parameters);
            },
            read,
            isBrief ? StatementTimeoutSeconds : 0
        );

    internal override async ValueTask<Store> OpenSnapshotAsync() =>
        new PostgresStore(this, await InRunsAsync(BeginSnapshotAsync));

    internal override IWriteSession OpenWriteSession() => new PostgresWriteSession(connections);

    internal override IReadOnlyList<RunningNode> OtherNodes()
    {
        using var connection = connections.OpenConnection();
        return PostgresNodes.Others(connection);
    }

    /// <exception cref="WrongSettingException">Nothing may be kept in the database, or the role may not use it.</exception>
    internal override IMigrationTarget OpenMigrations()
    {
        var connection = connections.OpenConnection();
        try
        {
            PostgresDurability.RequireUsable(connection);
            return new PostgresMigrations(connection, known);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    internal override async ValueTask<IReadOnlyList<string>> RisksAsync()
    {
        await using var connection = await OpenConnectionAsync();
        return await PostgresDurability.RisksAsync(connection);
    }

    internal override async ValueTask RequireUsableAsync()
    {
        var tables = new PostgresArrays();
        foreach (var table in Schema.Tables)
        {
            tables.NextRow();
            tables.Text(table.Name);
            tables.Bool(table.Versioned);
        }

        var found = await ReadAsync(
            PostgresText.Lacking,
            parameters => parameters.Arrays(tables),
            row => (IsReadOnly: row.Bool()!.Value, Lacking: row.Text(), Missing: row.Text())
        );
        var (isReadOnly, lacking, missing) = found[0];
        if (isReadOnly || missing is not null)
        {
            // A new connection may be let do it.
            connections.Clear();
        }

        var why =
            isReadOnly
                ? $"PostgreSQL takes no writes (transaction_read_only is on). {PostgresFailure.ToPrimary}"
            : missing is not null ? $"PostgreSQL: there is no table {missing}. {PostgresFailure.ToTables}"
            : lacking is not null
                ? $"PostgreSQL: the role lacks rights on {lacking}. Give it those that docs/operating/server.md lists."
            : null;
        if (why is not null)
        {
            throw new StoreUnavailableException(new StoreRefusalException(why));
        }
    }

    internal override ISharedMemory OpenSharedMemory() => new PostgresSharedMemory(connections);

    internal override ITurns OpenTurns() =>
        new PostgresTurns(
            Build(
                new(settings.ConnectionString) { Pooling = false, KeepAlive = PostgresTurns.KeepAliveSeconds }
            )
        );

    protected override void Dispose(bool disposing)
    {
        if (snapshot is null)
        {
            connections.Dispose();
        }
        else
        {
            // Its transaction ends with it.
            snapshot.Dispose();
        }
    }

    /// <summary>A snapshot is read alone.</summary>
    private async ValueTask<TRow?> LookUpAsync<TRow>(
        Table<TRow> table,
        World world,
        string condition,
        IEnumerable<ColumnKind> kinds,
        Action<RowWriter> writeValues
    )
        where TRow : class
    {
        var lookUp =
            (PostgresLookups<TRow>)
                lookups.GetOrAdd(
                    (table, condition),
                    _ =>
                    {
                        var sql = PostgresText.Lookup(table, condition, kinds);
                        return new PostgresLookups<TRow>(arrays =>
                            ReadAsync(
                                    sql,
                                    parameters => parameters.Arrays(arrays),
                                    row => ((int)row.Int64()!.Value - 1, table.Read(row))
                                )
                                .AsTask()
                        );
                    }
                );
        return await lookUp.FindAsync(world, writeValues);
    }

    private async ValueTask<IReadOnlyList<T>> ReadAsync<T>(
        string sql,
        Action<PostgresParameters> bind,
        Func<RowReader, T> read,
        int timeoutSeconds = StatementTimeoutSeconds
    ) => await InRunsAsync(() => ReadOnceAsync(sql, bind, read, timeoutSeconds));

    /// <summary>A dead connection was most often one of many that died together: they are left, and the read goes on with
    /// a new one. What took its whole time is not tried again, nor is a snapshot, which is gone with its connection.</summary>
    private async Task<T> InRunsAsync<T>(Func<Task<T>> once)
    {
        for (var run = 0; ; run++)
        {
            try
            {
                return await once();
            }
            catch (NpgsqlException failure) when (PostgresFailure.IsRefusal(failure))
            {
                throw PostgresFailure.Unavailable(connections, failure);
            }
            catch (NpgsqlException failure)
                when (PostgresFailure.IsOfConnection(failure)
                    && (
                        run == ReadReruns
                        || snapshot is not null
                        || failure.InnerException is TimeoutException
                    )
                )
            {
                throw new StoreUnavailableException(failure);
            }
            catch (NpgsqlException failure) when (PostgresFailure.IsOfConnection(failure))
            {
                connections.Clear();
                await Task.Delay(readPause * run);
            }
        }
    }

    private async Task<List<T>> ReadOnceAsync<T>(
        string sql,
        Action<PostgresParameters> bind,
        Func<RowReader, T> read,
        int timeoutSeconds
    )
    {
        await using var opened = snapshot is null ? await OpenConnectionAsync() : null;
        return await ReadOnAsync(opened ?? snapshot!, sql, bind, read, timeoutSeconds);
    }

    private static async Task<List<T>> ReadOnAsync<T>(
        NpgsqlConnection connection,
        string sql,
        Action<PostgresParameters> bind,
        Func<RowReader, T> read,
        int timeoutSeconds
    )
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.CommandTimeout = timeoutSeconds;
        bind(new(command.Parameters));
        await using var result = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        var row = new PostgresRow(result);
        while (await result.ReadAsync())
        {
            rows.Add(read(row.Restart()));
        }

        return rows;
    }

    /// <summary>Whatever keeps a connection from being opened, a name that nobody resolves or a server that lets nobody in, the store
    /// cannot be reached.</summary>
    private async Task<NpgsqlConnection> OpenConnectionAsync()
    {
        try
        {
            return await connections.OpenConnectionAsync();
        }
        catch (Exception failure) when (failure is TimeoutException or PostgresException)
        {
            throw new NpgsqlException("PostgreSQL gives no connection.", failure);
        }
    }

    /// <summary>Its first statement makes sure that the connection leads somewhere, and chooses the instant.</summary>
    private async Task<NpgsqlConnection> BeginSnapshotAsync()
    {
        var connection = await OpenConnectionAsync();
        try
        {
            await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead);
            await using var command = new NpgsqlCommand("SET TRANSACTION READ ONLY; SELECT 1", connection);
            await command.ExecuteNonQueryAsync();
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
