namespace OpenBanking.Tests;

/// <summary>Migrations of a version that is to come, in a folder as <c>Storage:RehearsalFolder</c> takes it.</summary>
public sealed class RehearsalFolder : IDisposable
{
    private static readonly string[] dialects = ["Postgres", "Sqlite"];

    public RehearsalFolder()
    {
        foreach (var dialect in dialects)
        {
            Directory.CreateDirectory(System.IO.Path.Combine(Path, dialect));
        }
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("openbanking-rehearsal-").FullName;

    /// <summary>Adds a migration, the same for each dialect.</summary>
    /// <param name="name">The file's name, without its ending.</param>
    public RehearsalFolder With(string name, string sql)
    {
        foreach (var dialect in dialects)
        {
            File.WriteAllText(System.IO.Path.Combine(Path, dialect, name + ".sql"), sql + "\n");
        }

        return this;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
