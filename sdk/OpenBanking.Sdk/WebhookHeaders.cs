namespace OpenBanking;

/// <summary>The three headers of a delivery (Standard Webhooks 1.0); null for one that is missing.</summary>
/// <param name="Id"><c>webhook-id</c></param>
/// <param name="Timestamp"><c>webhook-timestamp</c>, in seconds since 1970.</param>
/// <param name="Signature"><c>webhook-signature</c>: one or more of <c>v1,</c> and base64, with spaces
/// between.</param>
public readonly record struct WebhookHeaders(string? Id, string? Timestamp, string? Signature)
{
    /// <summary>The name of the header with the delivery's id.</summary>
    public const string IdName = "webhook-id";

    /// <summary>The name of the header with the time of sending.</summary>
    public const string TimestampName = "webhook-timestamp";

    /// <summary>The name of the header with the signatures.</summary>
    public const string SignatureName = "webhook-signature";

    /// <summary>Takes the headers from wherever the web framework keeps them.</summary>
    /// <param name="header">The value of a header by its name; null when it is missing.</param>
    /// <returns>The headers, to hand to <see cref="WebhookVerifier.Verify"/>.</returns>
    public static WebhookHeaders From(Func<string, string?> header)
    {
        ArgumentNullException.ThrowIfNull(header);
        return new(header(IdName), header(TimestampName), header(SignatureName));
    }
}
