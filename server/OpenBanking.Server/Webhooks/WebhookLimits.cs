namespace OpenBanking.Server.Webhooks;

/// <summary>How long receivers may take, section <c>Webhooks</c> of the configuration.</summary>
public sealed record WebhookLimits
{
    public const string Section = "Webhooks";

    /// <summary>The longest lease: what a dead node had in hand must not wait much longer than a failed attempt.</summary>
    private static readonly TimeSpan longestLease = TimeSpan.FromMinutes(10);

    /// <summary>How long a receiver has to answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long deliveries are one node's, from the moment it takes them. After a crash others post them when
    /// this has passed.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromMinutes(1);

    /// <exception cref="WrongSettingException">A limit is out of range.</exception>
    public void Check()
    {
        if (Timeout <= TimeSpan.Zero || Lease < Timeout * 2 || Lease > longestLease)
        {
            throw new WrongSettingException(
                $"Webhooks:Lease must be at least twice Webhooks:Timeout, and at most {longestLease}."
            );
        }
    }
}
