using Npgsql;
using OpenBanking.Server.Storage.Migrations;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Storage.Postgres;

/// <summary>The bank's own store: PostgreSQL 15 or newer, shared by any number of nodes.</summary>
public sealed class PostgresStore : Store
{
    private readonly IReadOnlyList<Migration> known;
    private readonly NpgsqlDataSource connections;

    /// <param name="rehearsalFolder">Migrations that are not released yet.</param>
    public PostgresStore(string connectionString, string? rehearsalFolder = null)
    {
        known = MigrationFiles.Known(PostgresMigrations.Dialect, rehearsalFolder);
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = PostgresNodes.ApplicationName(known[^1].Number),
            MaxAutoPrepare = 200,
            AutoPrepareMinUsages = 2,
            TcpKeepAlive = true,
        };
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        // Connections are made rarely, and are asked in two short round trips: there is one way to do it for both.
        builder.UsePhysicalConnectionInitializer(
            connection => PostgresNodes.Admit(connection, known),
            connection => Task.Run(() => PostgresNodes.Admit(connection, known))
        );
        connections = builder.Build();
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

    public override async ValueTask<TRow?> FindAsync<TKey, TRow>(
        Table<TKey, TRow> table,
        World world,
        TKey key
    )
        where TRow : class
    {
        var rows = await ReadAsync(
            PostgresText.SelectByKey(table),
            parameters =>
            {
                parameters.Int64(world.Number);
                table.WriteKey(key, parameters);
            },
            table.Read
        );
        return rows is [var row] ? row : null;
    }

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
        ReadAsync(sql, _ => { }, row => Enumerable.Range(0, columns).Select(_ => row.Int64() ?? 0).ToArray());

    internal override int MostWriters => int.MaxValue;

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
            PostgresText.SelectByKeys(table, locking: false),
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
        Func<RowReader, T> read
    ) =>
        ReadAsync(
            query.Text.Replace('?', '$'),
            parameters =>
            {
                parameters.Int64(world.Number);
                query.WriteTo(parameters);
            },
            read
        );

    internal override IWriteSession OpenWriteSession() => new PostgresWriteSession(connections);

    internal override IMigrationTarget OpenMigrations() =>
        new PostgresMigrations(connections.OpenConnection(), known);

    protected override void Dispose(bool disposing) => connections.Dispose();

    private async ValueTask<IReadOnlyList<T>> ReadAsync<T>(
        string sql,
        Action<PostgresParameters> bind,
        Func<RowReader, T> read
    )
    {
        try
        {
            await using var connection = await connections.OpenConnectionAsync();
            await using var command = new NpgsqlCommand(sql, connection);
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
        catch (NpgsqlException failure) when (PostgresFailure.IsOfConnection(failure))
        {
            throw new StoreUnavailableException(failure);
        }
    }
}
