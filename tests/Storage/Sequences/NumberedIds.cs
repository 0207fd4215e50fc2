using OpenBanking.Server.Engine;

namespace OpenBanking.Tests.Storage.Sequences;

/// <summary>Ids that are the same in every run, and sort as they were made.</summary>
internal sealed class NumberedIds(short node) : Ids(TimeProvider.System)
{
    private int made;

    public override Guid NewGuid() => new(Interlocked.Increment(ref made), node, 0, new byte[8]);

    public void Restart() => made = 0;
}
