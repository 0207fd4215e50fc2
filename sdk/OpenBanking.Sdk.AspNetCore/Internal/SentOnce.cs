namespace OpenBanking.Internal;

/// <summary>The innermost handler of the HTTP client: lets each request out once.</summary>
/// <remarks>A handler that an app has for all its clients, such as one of resilience, may send a request again. Its proof is good
/// for one sending, so the bank refuses the second, which would read as if the first had not been carried out. Who sends again here
/// is the client, with a proof of its own for each attempt.</remarks>
internal sealed class SentOnce : DelegatingHandler
{
    private static readonly HttpRequestOptionsKey<Sending> sent = new("OpenBanking.Sent");

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        if (request.Options.TryGetValue(sent, out var before) && !before.NeverLeft)
        {
            throw SentAgain(before.Failure);
        }

        var sending = new Sending();
        request.Options.Set(sent, sending);
        try
        {
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            sending.Failure = failure;
            throw;
        }
    }

    private static InvalidOperationException SentAgain(Exception? failure) =>
        new(
            "A handler of this HTTP client would have sent a request a second time: take handlers that try again off it. The "
                + "OpenBanking client tries again by itself, with a new proof each time.",
            failure
        );

    /// <summary>A request on its way, or how it ended.</summary>
    private sealed class Sending
    {
        public Exception? Failure { get; set; }

        /// <summary>Whether no connection came about, so that the proof is as good as new.</summary>
        public bool NeverLeft =>
            Failure
                is HttpRequestException
                {
                    HttpRequestError: HttpRequestError.NameResolutionError
                        or HttpRequestError.ConnectionError
                        or HttpRequestError.SecureConnectionError
                        or HttpRequestError.ProxyTunnelError
                };
    }
}
