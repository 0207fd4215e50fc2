namespace OpenBanking.Tests.Rules;

/// <summary>A file of a bank's own, as long as a test needs it.</summary>
internal sealed class RulesFile : IDisposable
{
    public RulesFile(string json) => File.WriteAllText(Path, json);

    public string Path { get; } = System.IO.Path.GetTempFileName();

    public void Dispose() => File.Delete(Path);
}
