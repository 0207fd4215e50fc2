namespace OpenBanking.Server.Storage.Sqlite;

/// <summary>Whether the file can be written, and is what SQLite wrote: what those who read and the one who writes found out.</summary>
/// <param name="path">The file.</param>
internal sealed class SqliteCondition(string path)
{
    private volatile string? damage;
    private volatile bool isRefused;

    /// <summary>Nothing more is written to a damaged file: what is written goes by what is read.</summary>
    /// <exception cref="StoreUnavailableException">The file was found damaged.</exception>
    public void RequireSound()
    {
        if (damage is { } why)
        {
            throw new StoreUnavailableException(new StoreDamageException(why));
        }
    }

    /// <exception cref="StoreUnavailableException">It was found damaged; or what was written last found no room, and there is none
    /// yet.</exception>
    public void RequireUsable()
    {
        RequireSound();
        if (!isRefused)
        {
            return;
        }

        try
        {
            WriteAnything();
            Written();
        }
        catch (SqliteStoreException failure) when (Concerns(failure))
        {
            throw Note(failure, wrote: true);
        }
    }

    public void Written() => isRefused = false;

    /// <summary>Whether a failure says something of the whole file, and not of a statement or a value.</summary>
    public static bool Concerns(SqliteStoreException failure) =>
        IsMalformed(failure) || SqliteFailure.IsOfStore(failure);

    /// <summary>Remembers such a failure; gives what is told of it.</summary>
    public StoreUnavailableException Note(SqliteStoreException failure, bool wrote)
    {
        if (IsMalformed(failure))
        {
            damage = SqliteFailure.Tell(failure)!;
            return new(new StoreDamageException(damage));
        }

        isRefused |= wrote;
        return new(failure);
    }

    /// <summary>A value that cannot be read is damage, too, but of its row alone.</summary>
    private static bool IsMalformed(SqliteStoreException failure) =>
        SqliteFailure.IsDamage(failure) && failure.InnerException is null;

    /// <summary>A page that says what it said before.</summary>
    private void WriteAnything()
    {
        using var connection = new SqliteConnection(path, writes: true);
        var version = connection.Prepare("PRAGMA user_version");
        version.Step();
        var same = version.Row.Int64();
        version.Reset();
        connection.Execute($"PRAGMA user_version = {same}");
    }
}
