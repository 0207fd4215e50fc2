namespace OpenBanking.Internal;

/// <summary>What the options say of connections, for the handler that is made after them.</summary>
internal sealed class ConnectionOptions
{
    public OpenBankingOptions? Options { get; set; }

    public HttpMessageHandler NewHandler() => NewConnections.Of(Options ?? new());
}
