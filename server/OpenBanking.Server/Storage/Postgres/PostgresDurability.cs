using Npgsql;

namespace OpenBanking.Server.Storage.Postgres;

/// <summary>What has to be so that money which was answered for is there after a crash.</summary>
internal static class PostgresDurability
{
    private const string NoWait = "off";

    /// <summary>For the server's connections: whatever the database, the role or the whole cluster have it, a commit waits for the
    /// disk. A longer wait, or one for this disk alone, stays as it was chosen.</summary>
    private const string Wait =
        $"SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = '{NoWait}'";

    /// <summary>Ends a transaction's time limit, and has its COMMIT wait also where the cluster was told otherwise since the
    /// connection was made.</summary>
    public const string BeforeCommit = $"""
        SELECT set_config('statement_timeout', '0', true), CASE current_setting('synchronous_commit')
            WHEN '{NoWait}' THEN set_config('synchronous_commit', 'on', true) END
        """;

    private const string TurnedOff = """
        SELECT name FROM pg_settings
        WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off' OR name = 'synchronous_commit' AND reset_val = 'off'
        ORDER BY name
        """;

    public static async Task WaitAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(Wait, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>What a crash of PostgreSQL's machine could take away, a sentence for each setting.</summary>
    public static async Task<IReadOnlyList<string>> RisksAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(TurnedOff, connection);
        await using var result = await command.ExecuteReaderAsync();
        var risks = new List<string>();
        while (await result.ReadAsync())
        {
            risks.Add(RiskOf(result.GetString(0)));
        }

        return risks;
    }

    private static string RiskOf(string setting) =>
        setting switch
        {
            "fsync" =>
                "PostgreSQL has fsync off: when its machine stops, payments that were answered may be gone and the whole "
                    + "database unusable. Turn it on; off is for databases that may be thrown away.",
            "full_page_writes" =>
                "PostgreSQL has full_page_writes off: when its machine stops in the middle of a page, what is on it is broken "
                    + "for good. Turn it on, unless the file system writes pages whole.",
            _ =>
                $"PostgreSQL has {setting} off for this database or role: this server's commits wait for the disk all the same. "
                    + "Turn it on, for whoever else writes here.",
        };

    /// <exception cref="WrongSettingException">It cannot hold every name, or nothing in it may be used.</exception>
    public static void RequireUsable(NpgsqlConnection connection)
    {
        var encoding = connection.PostgresParameters["server_encoding"];
        if (encoding != "UTF8")
        {
            throw new WrongSettingException(
                $"The database {connection.Database} is encoded in {encoding}, which cannot hold every name: make one with "
                    + "CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0, and name it in Storage:ConnectionString."
            );
        }

        using var command = new NpgsqlCommand(
            "SELECT current_schema()::text, current_user::text",
            connection
        );
        using var result = command.ExecuteReader();
        result.Read();
        if (result.IsDBNull(0))
        {
            var role = result.GetString(1);
            throw new WrongSettingException(
                $"The role {role} may use no schema of the database {connection.Database}: have its owner GRANT USAGE ON SCHEMA "
                    + $"public TO {role}, and CREATE as well where it migrates."
            );
        }
    }
}
