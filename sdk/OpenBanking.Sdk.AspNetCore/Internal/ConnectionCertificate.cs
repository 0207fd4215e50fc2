namespace OpenBanking.Internal;

/// <summary>What the options say of the certificate, for the handler that is made after them.</summary>
internal sealed class ConnectionCertificate
{
    public OpenBankingOptions? Options { get; set; }

    public HttpMessageHandler NewHandler() =>
        Options?.CurrentClientCertificate is { } current
            ? OpenBankingOptions.CreateHttpHandler(current)
            : OpenBankingOptions.CreateHttpHandler(Options?.ClientCertificate);
}
