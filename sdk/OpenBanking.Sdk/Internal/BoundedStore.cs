namespace OpenBanking.Internal;

/// <summary>The token store, for which nobody waits longer than a call may take, also where it takes no notice of cancellation.</summary>
/// <remarks>What is given up is left to go on: the store may still keep or forget.</remarks>
internal sealed class BoundedStore(ITokenStore store, CallSettings settings)
{
    /// <exception cref="OpenBankingException">It took too long.</exception>
    public ValueTask<CustomerTokens?> GetAsync(string customerId, CancellationToken cancellationToken)
    {
        var reading = store.GetAsync(customerId, cancellationToken);
        return reading.IsCompleted ? reading : new(WaitAsync(reading.AsTask(), cancellationToken));
    }

    /// <summary>No token: what was given once is not given again, so that a caller that has gone away must not lose it.</summary>
    /// <exception cref="OpenBankingException">It took too long.</exception>
    public ValueTask SetAsync(string customerId, CustomerTokens tokens) =>
        Within(store.SetAsync(customerId, tokens, CancellationToken.None));

    /// <exception cref="OpenBankingException">It took too long.</exception>
    public ValueTask RemoveAsync(string customerId) =>
        Within(store.RemoveAsync(customerId, CancellationToken.None));

    private ValueTask Within(ValueTask change) =>
        change.IsCompleted ? change : new(WaitAsync(ChangeAsync(change), CancellationToken.None));

    private static async Task<bool> ChangeAsync(ValueTask change)
    {
        await change.ConfigureAwait(false);
        return true;
    }

    private async Task<T> WaitAsync<T>(Task<T> work, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(settings.TotalTimeout, settings.Clock);
        using var either = cancellationToken.UnsafeRegister(CallRun.Cancel, limit);
        try
        {
            return await work.WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException over) when (!work.IsCompleted)
        {
            Observe(work);
            cancellationToken.ThrowIfCancellationRequested();
            throw new OpenBankingException(
                $"The token store did not answer within TotalTimeout, {settings.TotalTimeout.TotalSeconds:0.#} s: is what it keeps "
                    + "tokens in reached from here?",
                over
            )
            {
                Code = ClientErrorCodes.TimedOut,
                Retryable = true,
            };
        }
    }

    /// <summary>Nobody is there any more to be told of its failure.</summary>
    private static void Observe(Task work)
    {
        _ = work.ContinueWith(
            static ended => _ = ended.Exception,
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default
        );
    }
}
