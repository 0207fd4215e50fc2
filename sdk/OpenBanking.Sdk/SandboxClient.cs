using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>Sets what only a sandbox lets a partner set, with the app's own token.</summary>
public class SandboxClient
{
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
}
