namespace OpenBanking.Tests.Sdk.Stub;

/// <summary>A token store that keeps nothing, until it does.</summary>
internal sealed class FailingStore(ITokenStore inner) : ITokenStore
{
    public bool Fails { get; set; } = true;

    public ValueTask<CustomerTokens?> GetAsync(
        string customerId,
        CancellationToken cancellationToken = default
    ) => inner.GetAsync(customerId, cancellationToken);

    public ValueTask SetAsync(
        string customerId,
        CustomerTokens tokens,
        CancellationToken cancellationToken = default
    ) =>
        Fails
            ? throw new InvalidDataException("The disk is full.")
            : inner.SetAsync(customerId, tokens, cancellationToken);

    public ValueTask RemoveAsync(string customerId, CancellationToken cancellationToken = default) =>
        inner.RemoveAsync(customerId, cancellationToken);
}
