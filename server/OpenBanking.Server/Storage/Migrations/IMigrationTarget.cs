namespace OpenBanking.Server.Storage.Migrations;

/// <summary>A database whose schema is brought up to date by one process at a time.</summary>
internal interface IMigrationTarget : IDisposable
{
    /// <summary>The migrations this server knows for it, in order.</summary>
    IReadOnlyList<Migration> Known { get; }

    /// <summary>Waits until no other process migrates; held until the target is disposed of.</summary>
    void Lock();

    /// <summary>What was applied; changes nothing.</summary>
    IReadOnlyList<AppliedMigration> Applied();

    /// <summary>The other servers that work on it now.</summary>
    IReadOnlyList<RunningNode> Nodes();

    /// <summary>Applies and notes a migration, all of it or nothing.</summary>
    /// <exception cref="NodesShutOutException">Servers are running that would not work afterwards.</exception>
    void Apply(Migration migration, DateTimeOffset now);
}
