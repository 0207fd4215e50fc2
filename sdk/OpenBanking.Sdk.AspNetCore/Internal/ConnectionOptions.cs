namespace OpenBanking.Internal;

/// <summary>What the options say of connections, for the handler that is made after them.</summary>
internal sealed class ConnectionOptions
{
    public OpenBankingOptions? Options { get; set; }

    public HttpMessageHandler NewHandler()
    {
        var useProxy = Options?.UseProxy ?? true;
        if (Options?.CurrentClientCertificate is { } current)
        {
            return OpenBankingOptions.CreateHttpHandler(current, made => made.UseProxy = useProxy);
        }

        var handler = OpenBankingOptions.CreateHttpHandler(Options?.ClientCertificate);
        handler.UseProxy = useProxy;
        return handler;
    }
}
