using OpenBanking.Server.Security;

namespace OpenBanking.Server.Audit;

/// <summary>How the audit runs, section <c>Audit</c> of the configuration.</summary>
public sealed record AuditOptions : ISettings
{
    public static string Section => "Audit";

    /// <summary>A file that every signed head is added to, a line each; also what verify-audit compares with.</summary>
    public string? HeadsFile { get; init; }

    /// <summary>How often the end of the chain is signed, when it has moved on; a day at the most.</summary>
    public TimeSpan SignEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How often the auditor looks at what was sealed since; a day at the most.</summary>
    public TimeSpan CheckEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often the auditor goes through everything; 30 days at the most.</summary>
    public TimeSpan SweepEvery { get; init; } = TimeSpan.FromDays(1);

    /// <summary>From when on every entry must have its record; the first record's own time when absent. Set it where
    /// nodes without the audit went on writing after that.</summary>
    public DateTimeOffset? CoversFrom { get; init; }

    /// <summary>How long events are listed; 3,650 days at the most.</summary>
    public TimeSpan EventsKept { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Finds out before the first head whether heads can be kept.</summary>
    /// <exception cref="WrongSettingException">The file cannot be written.</exception>
    public void RequireHeadsFile()
    {
        if (HeadsFile is null)
        {
            return;
        }

        try
        {
            // Other nodes may be adding to it.
            using var file = PrivateFiles.Open(HeadsFile, FileShare.ReadWrite);
        }
        catch (Exception failure)
            when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new WrongSettingException($"Audit:HeadsFile cannot be written: {failure.Message}");
        }
    }

    /// <summary>The heads that were kept, a line each; none without a file.</summary>
    /// <exception cref="WrongSettingException">The file cannot be read, or holds no head.</exception>
    public async Task<IReadOnlyList<string>> ReadHeadsAsync()
    {
        if (HeadsFile is null)
        {
            return [];
        }

        string[] heads;
        try
        {
            heads = await File.ReadAllLinesAsync(HeadsFile);
        }
        catch (Exception failure)
            when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new WrongSettingException($"Audit:HeadsFile cannot be read: {failure.Message}");
        }

        return heads.All(string.IsNullOrWhiteSpace)
            ? throw new WrongSettingException(
                $"Audit:HeadsFile is \"{HeadsFile}\", and holds no head: name the file that the heads were kept in, or none."
            )
            : heads;
    }

    /// <exception cref="WrongSettingException">A time is out of range.</exception>
    public void Check()
    {
        Settings.RequireTime("Audit:SignEvery", SignEvery, TimeSpan.FromDays(1));
        Settings.RequireTime("Audit:CheckEvery", CheckEvery, TimeSpan.FromDays(1));
        Settings.RequireTime("Audit:SweepEvery", SweepEvery, TimeSpan.FromDays(30));
        Settings.RequireTime("Audit:EventsKept", EventsKept, TimeSpan.FromDays(3650));
    }
}
