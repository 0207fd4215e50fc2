using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>Reads payment agreements, with the app's own token.</summary>
public class AgreementsClient
{
    private readonly Api api;

    /// <summary>For mocks, which override what they are asked for.</summary>
    protected AgreementsClient() => api = null!;

    internal AgreementsClient(Api api) => this.api = api;

    /// <summary>One agreement with this app: its limits, and what was paid under it so far.</summary>
    /// <example><code source="Agreements_GetAsync">
    /// var agreement = await client.Agreements.GetAsync(agreementId);
    /// Console.WriteLine($"{agreement.Day.Left} today, {agreement.Total.Left} in all");
    /// </code></example>
    /// <param name="agreementId">The agreement, <c>agr_…</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OpenBankingException">Refused or unreachable.</exception>
    public virtual Task<PaymentAgreement> GetAsync(
        string agreementId,
        CancellationToken cancellationToken = default
    ) =>
        api.SendAsync(
            ApiCall.Get("/v1/agreements/{id}", agreementId),
            ResponseJson.Default.PaymentAgreement,
            cancellationToken
        );
}
