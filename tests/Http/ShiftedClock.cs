namespace OpenBanking.Tests.Http;

/// <summary>A server's clock that a test sets ahead.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    public TimeSpan Ahead { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
}
