namespace OpenBanking.Internal;

/// <summary>The key that the bank is to be encrypted to, read when it is first needed, when it is old, and when the bank does not
/// read with it any more.</summary>
internal sealed class EncryptionKeys(Api api)
{
    private const string Route = "/v1/encryption-keys";
    private static readonly TimeSpan oldest = TimeSpan.FromHours(1);

    private readonly SingleFlight<Known> flight = new();
    private volatile Known? known;

    /// <param name="refused">The key that the bank has just refused, if any: it is asked for another one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OpenBankingException">Refused or unreachable, or the bank names no key of the right
    /// kind.</exception>
    public async ValueTask<JsonWebKeyDocument> GetAsync(string? refused, CancellationToken cancellationToken)
    {
        var usable = Usable(refused);
        usable ??= await flight
            .JoinAsync(
                "encryption key",
                async () => Usable(refused) ?? await ReadAsync().ConfigureAwait(false),
                cancellationToken
            )
            .ConfigureAwait(false);
        return usable.Key;
    }

    private Known? Usable(string? refused) =>
        known is { } kept
        && kept.Key.Kid != refused
        && api.Settings.Clock.GetElapsedTime(kept.ReadAt) < oldest
            ? kept
            : null;

    private async Task<Known> ReadAsync()
    {
        var set = await api.SendAsync(
                ApiCall.Get(Route),
                ResponseJson.Default.JsonWebKeySetDocument,
                CancellationToken.None
            )
            .ConfigureAwait(false);
        var key =
            set.Keys.FirstOrDefault(key =>
                key
                    is {
                        Kty: PublicKeys.Ec,
                        Crv: PublicKeys.P256,
                        Use: "enc",
                        Alg: Jwe.Algorithm,
                        Kid.Length: > 0
                    }
            )
            ?? throw new OpenBankingException("The bank names no key to encrypt to.")
            {
                Status = set.Response?.Status,
                Code = ClientErrorCodes.UnexpectedAnswer,
                RequestId = set.Response?.RequestId,
            };
        return known = new Known(key, api.Settings.Clock.GetTimestamp());
    }

    private sealed record Known(JsonWebKeyDocument Key, long ReadAt);
}
