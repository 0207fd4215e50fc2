using Npgsql;

namespace OpenBanking.Tests.Storage.Postgres;

/// <summary>A database behind a network that a test can break.</summary>
public sealed class ProxiedPostgresDatabase : PostgresDatabase
{
    internal TcpProxy Proxy { get; } = new(PostgresCluster.Shared.Port);

    /// <summary>Past the network, as another node reaches it.</summary>
    public string DirectConnectionString => base.ConnectionString;

    protected override string ConnectionString =>
        new NpgsqlConnectionStringBuilder(base.ConnectionString) { Port = Proxy.Port }.ConnectionString;

    protected override void Dispose(bool disposing)
    {
        Proxy.Dispose();
        base.Dispose(disposing);
    }
}
