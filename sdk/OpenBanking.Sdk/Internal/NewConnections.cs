namespace OpenBanking.Internal;

/// <summary>What a client sends with that is given no handler, by itself and in a container: this file is in both packages.</summary>
internal static class NewConnections
{
    public static HttpMessageHandler Of(OpenBankingOptions options)
    {
        var useProxy = options.UseProxy;
        if (options.CurrentClientCertificate is { } current)
        {
            return OpenBankingOptions.CreateHttpHandler(current, made => made.UseProxy = useProxy);
        }

        var handler = OpenBankingOptions.CreateHttpHandler(options.ClientCertificate);
        handler.UseProxy = useProxy;
        return handler;
    }
}
