namespace OpenBanking.Server.Storage.Migrations;

/// <summary>Brings the schema up to date: numbered SQL files, forward only, each applied whole or not at all. A file
/// that was changed after it ran stops the start.</summary>
internal static class Migrator
{
    /// <param name="applied">Told of each migration when it is there to stay.</param>
    /// <exception cref="InvalidOperationException">The files are not those that were applied, or running servers would
    /// be shut out.</exception>
    public static void Apply(Store store, TimeProvider time, Action<Migration>? applied = null)
    {
        using var target = store.OpenMigrations();
        target.Lock();
        foreach (var migration in Pending(target))
        {
            target.Apply(migration, time.GetUtcNow());
            applied?.Invoke(migration);
        }
    }

    /// <summary>Brings the schema as far as this server needs it. A contract waits while it would shut out others: both
    /// work until then.</summary>
    /// <inheritdoc cref="Apply"/>
    public static void ApplyAtStart(Store store, TimeProvider time)
    {
        using var target = store.OpenMigrations();
        target.Lock();
        var pending = Pending(target);
        for (var next = 0; next < pending.Count; next++)
        {
            try
            {
                target.Apply(pending[next], time.GetUtcNow());
            }
            catch (NodesShutOutException) when (pending.Skip(next).All(later => later.Contracts))
            {
                return;
            }
        }
    }

    /// <summary>What is still to be applied, in order, with the running servers that each would shut out; changes
    /// nothing.</summary>
    /// <exception cref="InvalidOperationException">The files are not those that were applied.</exception>
    public static IReadOnlyList<(Migration Migration, IReadOnlyList<RunningNode> ShutOut)> Plan(Store store)
    {
        using var target = store.OpenMigrations();
        var nodes = target.Nodes();
        return
        [
            .. Pending(target)
                .Select(migration =>
                    (
                        migration,
                        (IReadOnlyList<RunningNode>)
                            [.. nodes.Where(node => node.Schema < migration.OldestServer)]
                    )
                ),
        ];
    }

    /// <summary>The same where there is no store yet.</summary>
    public static IReadOnlyList<(Migration Migration, IReadOnlyList<RunningNode> ShutOut)> PlanOfNothing(
        string dialect,
        string? rehearsalFolder
    ) =>
        [
            .. MigrationFiles
                .Known(dialect, rehearsalFolder)
                .Select(migration => (migration, (IReadOnlyList<RunningNode>)[])),
        ];

    /// <exception cref="InvalidOperationException">The schema is older than this server needs it.</exception>
    public static void RequireNothingLacking(Store store)
    {
        using var target = store.OpenMigrations();
        if (Pending(target).Where(migration => !migration.Contracts).ToList() is { Count: > 0 } lacking)
        {
            throw new InvalidOperationException(
                $"The schema lacks {string.Join(", ", lacking.Select(migration => migration.Name))}: "
                    + "run OpenBanking.Server migrate, as a role that may change the schema."
            );
        }
    }

    /// <summary>Whether a server has been here.</summary>
    public static bool HasBegun(Store store)
    {
        using var target = store.OpenMigrations();
        return target.Applied().Count > 0;
    }

    /// <summary>Why a server that knows these migrations must not work on what those have made; null when it may.</summary>
    public static string? WhyTooOld(IReadOnlyList<Migration> known, IEnumerable<AppliedMigration> applied)
    {
        var schema = known[^1].Number;
        var closed = applied
            .Where(migration => known.All(own => own.Number != migration.Number))
            .FirstOrDefault(unknown => unknown.OldestServer is not { } oldest || oldest > schema);
        return closed switch
        {
            null => null,
            { OldestServer: { } oldest } => $"The schema is too new for this server of schema {schema:0000}: "
                + $"{closed.Name} needs servers of schema {oldest:0000} or newer. Start a newer version.",
            _ => $"The schema is too new for this server of schema {schema:0000}: "
                + $"nothing says that it may work with {closed.Name}. Start a newer version.",
        };
    }

    private static IReadOnlyList<Migration> Pending(IMigrationTarget target)
    {
        var applied = target.Applied().ToDictionary(migration => migration.Number);
        foreach (var migration in target.Known)
        {
            if (applied.TryGetValue(migration.Number, out var noted) && noted.Checksum != migration.Checksum)
            {
                throw new InvalidOperationException(
                    $"Migration {migration.Name} was changed after it had been applied. Restore it, and add a new one."
                );
            }
        }

        return WhyTooOld(target.Known, applied.Values) is { } why
            ? throw new InvalidOperationException(why)
            : [.. target.Known.Where(migration => !applied.ContainsKey(migration.Number))];
    }
}
