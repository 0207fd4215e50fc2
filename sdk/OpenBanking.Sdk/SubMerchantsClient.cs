using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>Registers the merchants that sell through the partner, with the app's own token.</summary>
public class SubMerchantsClient
{
    private const string Route = "/v1/sub-merchants";
    private const string OneRoute = "/v1/sub-merchants/{id}";

    private readonly Api api;

    /// <summary>For mocks, which override what they are asked for.</summary>
    protected SubMerchantsClient() => api = Api.OfMock;

    internal SubMerchantsClient(Api api) => this.api = api;

    /// <summary>Registers a merchant.</summary>
    /// <example><code source="SubMerchants_CreateAsync">
    /// var merchant = await client.SubMerchants.CreateAsync(
    ///     new CreateSubMerchantRequest { Name = "Noodle House", Reference = "shop-17" },
    ///     IdempotencyKey.FromOrder("shop-17", "sub-merchant")
    /// );
    /// var payment = await client.Payments.CreateAsync(
    ///     new CreatePaymentRequest
    ///     {
    ///         OrderNo = "meal-1001",
    ///         Amount = Money.Yuan(38),
    ///         AgreementId = agreementId,
    ///         SubMerchantId = merchant.Id,
    ///     },
    ///     IdempotencyKey.FromOrder("meal-1001", "payment")
    /// );
    /// </code></example>
    /// <param name="request">The name that customers see.</param>
    /// <param name="idempotencyKey">Names the registration: another key registers one more.</param>
    /// <param name="cancellationToken">Ends the wait, not the registration: afterwards the outcome is unknown, and the same
    /// key is safe to use again.</param>
    /// <returns>The merchant, now or as it was registered before under the same key.</returns>
    /// <exception cref="OutcomeUnknownException">An <see cref="OutcomeUnknownException{T}"/> of
    /// <see cref="SubMerchant"/>: the answer was lost.</exception>
    /// <exception cref="OpenBankingException">Refused, or never reached the bank.</exception>
    public virtual Task<SubMerchant> CreateAsync(
        CreateSubMerchantRequest request,
        IdempotencyKey idempotencyKey,
        CancellationToken cancellationToken = default
    ) =>
        new MoneyCall<SubMerchant>(
            api,
            ApiCall.Money(Route, request, RequestJson.Default.CreateSubMerchantRequest, idempotencyKey),
            ResponseJson.Default.SubMerchant,
            (message, key, resolve, inner) =>
                new OutcomeUnknownException<SubMerchant>(message, key, resolve, inner)
        ).SendAsync(cancellationToken);

    /// <summary>The partner's merchants, the oldest first, read page by page as they are walked.</summary>
    /// <example><code source="SubMerchants_ListAsync">
    /// await foreach (var each in client.SubMerchants.ListAsync())
    /// {
    ///     Console.WriteLine($"{each.Reference}: {each.Name} is {each.Status}");
    /// }
    /// </code></example>
    /// <param name="cancellationToken">Ends the walk.</param>
    /// <returns>Each merchant as it was when its page was read, closed ones too.</returns>
    /// <exception cref="OpenBankingException">While walking: refused or unreachable.</exception>
    public virtual IAsyncEnumerable<SubMerchant> ListAsync(CancellationToken cancellationToken = default) =>
        Cursors.StreamAsync(
            (after, token) =>
                api.SendAsync(
                    ApiCall.Get(Route) with
                    {
                        Path = Cursors.WithQuery(Route, limit: null, after),
                    },
                    ResponseJson.Default.PageSubMerchant,
                    token
                ),
            cancellationToken
        );

    /// <summary>One merchant of the partner.</summary>
    /// <example><code source="SubMerchants_GetAsync">
    /// var known = await client.SubMerchants.GetAsync(merchant.Id);
    /// Console.WriteLine(known.Status == SubMerchantStatus.Open ? "May be paid." : "Is closed.");
    /// </code></example>
    /// <param name="subMerchantId">The merchant, <c>sub_…</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The merchant as it is now.</returns>
    /// <exception cref="OpenBankingException">Refused or unreachable.</exception>
    public virtual Task<SubMerchant> GetAsync(
        string subMerchantId,
        CancellationToken cancellationToken = default
    ) =>
        api.SendAsync(
            ApiCall.Get(OneRoute, subMerchantId),
            ResponseJson.Default.SubMerchant,
            cancellationToken
        );

    /// <summary>Ends new payments to a merchant. Closing it twice is closing it once.</summary>
    /// <example><code source="SubMerchants_CloseAsync">
    /// var closed = await client.SubMerchants.CloseAsync(merchant.Id);
    /// </code></example>
    /// <param name="subMerchantId">The merchant, <c>sub_…</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The merchant, closed.</returns>
    /// <exception cref="OpenBankingException">Refused or unreachable.</exception>
    public virtual Task<SubMerchant> CloseAsync(
        string subMerchantId,
        CancellationToken cancellationToken = default
    ) =>
        api.SendAsync(
            ApiCall.Post(OneRoute + "/close", subMerchantId),
            ResponseJson.Default.SubMerchant,
            cancellationToken
        );
}
