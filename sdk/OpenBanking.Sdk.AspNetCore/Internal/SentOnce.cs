using System.Runtime.ExceptionServices;

namespace OpenBanking.Internal;

/// <summary>The innermost handler of the HTTP client: lets each request through once.</summary>
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
        if (request.Options.TryGetValue(sent, out var before))
        {
            // How the first sending failed says more of it, such as that no connection came about.
            ExceptionDispatchInfo.Throw(before.Failure ?? SentAgain());
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

    private static InvalidOperationException SentAgain() =>
        new(
            "A handler of this HTTP client sent a request a second time, after an answer it did not like: take handlers that try "
                + "again off it. The OpenBanking client tries again by itself, with a new proof each time."
        );

    private sealed class Sending
    {
        public Exception? Failure { get; set; }
    }
}
