using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>Brings money from bound cards to e-accounts, with the app's own token.</summary>
public class TopUpsClient
{
    private const string Route = "/v1/top-ups";
    private static readonly TimeSpan usualWait = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan firstPause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan longestPause = TimeSpan.FromSeconds(5);

    private readonly Api api;

    /// <summary>For mocks, which override what they are asked for.</summary>
    protected TopUpsClient() => api = Api.OfMock;

    internal TopUpsClient(Api api) => this.api = api;

    /// <summary>Asks the bound card's bank for money, under an agreement that allows it.</summary>
    /// <remarks>The answer is normally <c>processing</c>: wait for the event, or with
    /// <see cref="WaitAsync"/>.</remarks>
    /// <example><code source="TopUps_CreateAsync">
    /// var asked = await client.TopUps.CreateAsync(
    ///     new CreateTopUpRequest { AgreementId = agreementId, Amount = Money.Yuan(100) },
    ///     IdempotencyKey.FromOrder("top-up-2026-1001", "top-up")
    /// );
    /// </code></example>
    /// <param name="request">The agreement and the amount.</param>
    /// <param name="idempotencyKey">Names the top-up: another key asks once more.</param>
    /// <param name="cancellationToken">Ends the wait, not the top-up: afterwards the outcome is unknown, and
    /// the same key is safe to use again.</param>
    /// <returns>The top-up, now or as it was asked for before under the same key:
    /// <see cref="ResponseInfo.IdempotencyReplayed"/> tells, and <see cref="GetAsync"/> reads it as it is now.</returns>
    /// <exception cref="OutcomeUnknownException">An <see cref="OutcomeUnknownException{T}"/> of
    /// <see cref="TopUp"/>: the answer was lost.</exception>
    /// <exception cref="OpenBankingException">Refused, or never reached the bank: nothing was
    /// asked.</exception>
    public virtual Task<TopUp> CreateAsync(
        CreateTopUpRequest request,
        IdempotencyKey idempotencyKey,
        CancellationToken cancellationToken = default
    ) =>
        new MoneyCall<TopUp>(
            api,
            ApiCall.Money(Route, request, RequestJson.Default.CreateTopUpRequest, idempotencyKey),
            ResponseJson.Default.TopUp,
            (message, key, resolve, inner) => new OutcomeUnknownException<TopUp>(message, key, resolve, inner)
        ).SendAsync(cancellationToken);

    /// <summary>The top-ups of this app, failed ones too, the oldest first, read page by page as they are
    /// walked.</summary>
    /// <example><code source="TopUps_ListAsync">
    /// await foreach (var each in client.TopUps.ListAsync())
    /// {
    ///     Console.WriteLine($"{each.Amount}: {each.Status} {each.DeclineCode}");
    /// }
    /// </code></example>
    /// <param name="cancellationToken">Ends the walk.</param>
    /// <returns>Each top-up as it was when its page was read.</returns>
    /// <exception cref="OpenBankingException">While walking: refused or unreachable.</exception>
    public virtual IAsyncEnumerable<TopUp> ListAsync(CancellationToken cancellationToken = default) =>
        Cursors.StreamAsync(
            (after, token) =>
                api.SendAsync(
                    ApiCall.Get(Route) with
                    {
                        Path = Cursors.WithQuery(Route, limit: null, after),
                    },
                    ResponseJson.Default.PageTopUp,
                    token
                ),
            cancellationToken
        );

    /// <summary>One top-up of this app.</summary>
    /// <example><code source="TopUps_GetAsync">
    /// var known = await client.TopUps.GetAsync(asked.Id);
    /// </code></example>
    /// <param name="topUpId">The top-up, <c>top_…</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The top-up as it is now.</returns>
    /// <exception cref="OpenBankingException">Refused or unreachable.</exception>
    public virtual Task<TopUp> GetAsync(string topUpId, CancellationToken cancellationToken = default) =>
        api.SendAsync(ApiCall.Get(Route + "/{id}", topUpId), ResponseJson.Default.TopUp, cancellationToken);

    /// <summary>Reads a top-up again and again, after 0.5 s and then ever longer up to 5 s, until it is no
    /// longer <c>processing</c>. It may have failed.</summary>
    /// <example><code source="TopUps_WaitAsync">
    /// var topUp = await client.TopUps.WaitAsync(asked.Id);
    /// Console.WriteLine(
    ///     topUp.Status == TopUpStatus.Succeeded ? "The money is there." : $"Declined: {topUp.DeclineCode}."
    /// );
    /// </code></example>
    /// <param name="topUpId">The top-up, <c>top_…</c>.</param>
    /// <param name="timeout">How long to wait; 2 minutes when null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The top-up, succeeded or failed; a failed one has a decline code.</returns>
    /// <exception cref="OpenBankingException">Refused or unreachable; <c>timed_out</c> when it is still
    /// processing after that time.</exception>
    public virtual async Task<TopUp> WaitAsync(
        string topUpId,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timeout ?? usualWait, TimeSpan.Zero, nameof(timeout));
        var clock = api.Settings.Clock;
        var startedAt = clock.GetTimestamp();
        for (var pause = firstPause; ; pause = pause * 2 < longestPause ? pause * 2 : longestPause)
        {
            var topUp = await GetAsync(topUpId, cancellationToken).ConfigureAwait(false);
            if (topUp.Status != TopUpStatus.Processing)
            {
                return topUp;
            }

            var left = (timeout ?? usualWait) - clock.GetElapsedTime(startedAt);
            if (left <= TimeSpan.Zero)
            {
                throw new OpenBankingException(
                    $"The top-up {topUp.Id} is still processing: wait for its event."
                )
                {
                    Code = ClientErrorCodes.TimedOut,
                    Retryable = true,
                };
            }

            await Task.Delay(pause < left ? pause : left, clock, cancellationToken).ConfigureAwait(false);
        }
    }
}
