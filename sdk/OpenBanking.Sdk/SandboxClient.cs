using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>Sets what only a sandbox lets a partner set, with the app's own token.</summary>
public class SandboxClient
{
    private const string ClockRoute = "/v1/sandbox/clock";

    private readonly Api api;

    /// <summary>For mocks, which override what they are asked for.</summary>
    protected SandboxClient() => api = Api.OfMock;

    internal SandboxClient(Api api) => this.api = api;

    /// <summary>Sets what the bank takes of the partner's payments from now on, those of its other apps too: to see what fees
    /// do to refunds and payouts.</summary>
    /// <example><code source="Sandbox_SetFeesAsync">
    /// // 0.60 %, at least 0.10.
    /// var fees = await client.Sandbox.SetFeesAsync(
    ///     new SetSandboxFeesRequest { BasisPoints = 60, Minimum = Money.Yuan(0.10m) }
    /// );
    /// Console.WriteLine($"{fees.BasisPoints} basis points from {fees.From} on.");
    /// </code></example>
    /// <param name="request">Rate, minimum and cap.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The fees that count from now on.</returns>
    /// <exception cref="OpenBankingException">Refused or unreachable; <c>not_found</c> at a bank that is no sandbox.</exception>
    public virtual Task<SandboxFees> SetFeesAsync(
        SetSandboxFeesRequest request,
        CancellationToken cancellationToken = default
    ) =>
        api.SendAsync(
            ApiCall.Post(
                "/v1/sandbox/fees",
                body: ApiCall.Serialize(request, RequestJson.Default.SetSandboxFeesRequest)
            ),
            ResponseJson.Default.SandboxFees,
            cancellationToken
        );

    /// <summary>Sets the sandbox's clock ahead, for all apps of the partner; never back. What has come due by then has happened
    /// when this returns: holds and consents have ended, days that are over are being paid out; their events are on the
    /// way.</summary>
    /// <remarks>Each call moves it once: an answer that was lost is asked for again under the same key. Tokens, proofs, events and
    /// webhooks stay on real time.</remarks>
    /// <example><code source="Sandbox_AdvanceClockAsync">
    /// // Past midnight and the quarter of an hour after it: the day is paid out.
    /// var time = await client.Sandbox.AdvanceClockAsync(TimeSpan.FromHours(25));
    /// Console.WriteLine($"It is {time.Now} in the sandbox, {time.AheadSeconds} s ahead.");
    /// </code></example>
    /// <param name="by">How far, in whole seconds (a part of one counts as one): one second to 400 days, and in all ten years of
    /// 365 days.</param>
    /// <param name="cancellationToken">Ends the wait, not the move: afterwards the outcome is unknown, and
    /// <see cref="GetClockAsync"/> tells it.</param>
    /// <returns>The sandbox's time as it was moved.</returns>
    /// <exception cref="ArgumentOutOfRangeException">It is less than a second.</exception>
    /// <exception cref="OutcomeUnknownException">An <see cref="OutcomeUnknownException{T}"/> of
    /// <see cref="SandboxTime"/>: the answer was lost.</exception>
    /// <exception cref="OpenBankingException">Refused or unreachable: nothing was moved; <c>not_found</c> at a bank that is no
    /// sandbox.</exception>
    public virtual Task<SandboxTime> AdvanceClockAsync(
        TimeSpan by,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.FromSeconds(1));
        var request = new AdvanceSandboxClockRequest { AdvanceSeconds = (long)Math.Ceiling(by.TotalSeconds) };
        return new MoneyCall<SandboxTime>(
            api,
            ApiCall.Money(
                ClockRoute,
                request,
                RequestJson.Default.AdvanceSandboxClockRequest,
                // Nobody has a name for a move of the clock, and none outlives its call.
                IdempotencyKey.Parse(Randomness.Id())
            ),
            ResponseJson.Default.SandboxTime,
            (message, key, resolve, inner) =>
                new OutcomeUnknownException<SandboxTime>(message, key, resolve, inner)
        ).SendAsync(cancellationToken);
    }

    /// <summary>What time it is in the sandbox.</summary>
    /// <example><code source="Sandbox_GetClockAsync">
    /// var time = await client.Sandbox.GetClockAsync();
    /// Console.WriteLine($"It is {time.Now} in the sandbox, {time.AheadSeconds} s ahead.");
    /// </code></example>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The time, and how far it is ahead of the real one.</returns>
    /// <exception cref="OpenBankingException">Refused or unreachable; <c>not_found</c> at a bank that is no sandbox.</exception>
    public virtual Task<SandboxTime> GetClockAsync(CancellationToken cancellationToken = default) =>
        api.SendAsync(ApiCall.Get(ClockRoute), ResponseJson.Default.SandboxTime, cancellationToken);
}
