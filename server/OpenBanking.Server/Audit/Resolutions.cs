using System.Buffers.Binary;
using System.Collections.Concurrent;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Audit;

/// <summary>Whether findings that say that they are resolved were: the command that does it leaves its record in the audit, and who
/// changes the row by hand leaves none.</summary>
internal sealed class Resolutions(Store store)
{
    private const int RecordsAtOnce = 500;

    /// <summary>How long after the time of the command its batch is begun at the latest, whatever it waited for.</summary>
    private static readonly TimeSpan within = TimeSpan.FromMinutes(10);

    /// <summary>A clock that is set right may go back as far.</summary>
    private static readonly TimeSpan before = TimeSpan.FromSeconds(5);

    /// <summary>Records are never changed: what was seen once need not be looked up again.</summary>
    private readonly ConcurrentDictionary<(World, Id<FindingRow>, DateTimeOffset), bool> seen = [];

    /// <param name="finding">One that says that it is resolved.</param>
    public async Task<bool> AreTrueAsync(World world, FindingRow finding)
    {
        var resolvedAt = finding.ResolvedAt!.Value;
        if (!seen.TryGetValue((world, finding.Id, resolvedAt), out var recorded))
        {
            recorded = await IsRecordedAsync(world, finding.Id, resolvedAt);
            seen[(world, finding.Id, resolvedAt)] = recorded;
        }

        return recorded;
    }

    /// <summary>The ids of batches go by their time.</summary>
    private async Task<bool> IsRecordedAsync(World world, Id<FindingRow> finding, DateTimeOffset at)
    {
        var (after, end) = (At(at - before), At(at + within));
        while (
            await store.ListAsync(
                AuditTables.Records,
                world,
                $"id > {after} AND id < {end} ORDER BY id LIMIT {RecordsAtOnce}"
            )
                is { Count: > 0 } records
        )
        {
            if (records.Any(record => Resolves(record, finding)))
            {
                return true;
            }

            after = records[^1].Id.Value;
        }

        return false;
    }

    private static bool Resolves(AuditRecordRow record, Id<FindingRow> finding) =>
        BatchContents
            .TryRead(record.Records)
            ?.Commands.Any(command =>
                command.Command == nameof(ResolveFinding) && command.Subject.Id == finding.Value
            ) == true;

    /// <summary>What comes before all ids of a time.</summary>
    private static Guid At(DateTimeOffset time)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, time.ToUnixTimeMilliseconds() << 16);
        return new(bytes, bigEndian: true);
    }
}
