namespace OpenBanking.Server.Engine;

/// <summary>The body of an answer as it goes over the wire, kept to be given again for the same key.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="ResourceId">What the command made.</param>
/// <param name="Body">JSON.</param>
public sealed record Answer(int Status, Guid ResourceId, byte[] Body);

/// <summary>The request an idempotency key was sent with.</summary>
/// <param name="AppId">Who sent it: keys of different apps never meet.</param>
/// <param name="Key">1–64 visible ASCII characters.</param>
/// <param name="Fingerprint">A digest of the method, path, app and body.</param>
public sealed record KeyedRequest(Guid AppId, string Key, Guid Fingerprint)
{
    /// <summary>What a key of another request is refused with.</summary>
    public static Refusal Reused { get; } =
        new(
            ProblemCodes.IdempotencyKeyReused,
            "The first request under this key had another method, address or body. The body counts byte by byte, the order of its fields, "
                + "too: send the first request unchanged, or use a new key for a new request."
        );
}

/// <summary>What a keyed command came to.</summary>
public abstract record KeyedOutcome
{
    /// <summary>Decided now.</summary>
    public sealed record Fresh(Answer Answer) : KeyedOutcome;

    /// <summary>Decided before, under the same key.</summary>
    public sealed record Known(IdempotencyRow Row) : KeyedOutcome;

    /// <summary>Refused; the key stays unused.</summary>
    public sealed record Refused(Refusal Refusal) : KeyedOutcome;
}
