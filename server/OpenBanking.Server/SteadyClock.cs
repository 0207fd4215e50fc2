namespace OpenBanking.Server;

/// <summary>Holds the clock of the machine against the time that passes. A clock that was set to tomorrow by mistake makes
/// everything look outlived; what is deleted then, is missed when the clock is set right again.</summary>
/// <param name="mistrust">How long a clock that jumped is not believed; a day when null: time enough to find out, and to set it
/// right.</param>
public sealed class SteadyClock(TimeProvider time, TimeSpan? mistrust = null)
{
    /// <summary>For what ends by itself, and cannot be begun again: a hold that is left so long keeps a customer's money. A server whose
    /// clock is wrong refuses all proofs meanwhile, which is noticed.</summary>
    public static readonly TimeSpan OneHour = TimeSpan.FromHours(1);

    /// <summary>How far the clock may run from the time that passes between two looks, and from another node's.</summary>
    private static readonly TimeSpan drift = TimeSpan.FromMinutes(1);

    private readonly TimeSpan mistrust = mistrust ?? TimeSpan.FromDays(1);

    private DateTimeOffset lastSeen = time.GetUtcNow();
    private long lastLook = time.GetTimestamp();
    private TimeSpan steadyFor = mistrust ?? TimeSpan.FromDays(1);

    /// <summary>Whether a time was written while a clock was ahead: it is later than it can be, by more than the clocks of nodes
    /// differ. Nobody waits for it to come.</summary>
    /// <param name="written">When it was written, by its own word.</param>
    public static bool WasAhead(DateTimeOffset written, DateTimeOffset now) => written - now > drift;

    /// <summary>Whether the clock has not jumped since it was last believed; looked at regularly.</summary>
    public bool IsSteady()
    {
        var now = time.GetUtcNow();
        var passed = time.GetElapsedTime(lastLook);
        var jumped = (now - lastSeen - passed).Duration() > drift;
        (lastSeen, lastLook) = (now, time.GetTimestamp());
        steadyFor = jumped ? TimeSpan.Zero : steadyFor + passed;
        return steadyFor >= this.mistrust;
    }
}
