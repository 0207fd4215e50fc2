namespace OpenBanking.Testing;

/// <summary>How a bank for tests begins.</summary>
public sealed class SandboxBankOptions
{
    /// <summary>The name of the app that is registered; <c>Test app</c> by default.</summary>
    public string AppName { get; set; } = "Test app";

    /// <summary>Where customers come back to. Nothing needs to listen there, unless a test lets a browser go;
    /// <c>http://localhost:5070/openbanking/callback</c> by default.</summary>
    public Uri RedirectUri { get; set; } = new("http://localhost:5070/openbanking/callback");

    /// <summary>More settings of the server, such as <c>Server:RequestsPerSecond=5</c>, or as on its command line with two dashes
    /// before; none by default, and no limit on requests. One that the server does not have is refused by its name.</summary>
    public IReadOnlyList<string> Settings { get; set; } = [];

    /// <summary>Further options of <see cref="SandboxBank.Client"/>, such as shorter timeouts.</summary>
    public Action<OpenBankingOptions>? ConfigureClient { get; set; }
}
