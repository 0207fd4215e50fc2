using System.Security.Cryptography;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Security;

/// <summary>
/// Rewraps the data keys of what older wrapping keys have wrapped with the one in use, while the server serves: a part at a
/// time, with pauses. How far it has come stands in the store, so that it goes on after a restart; of several nodes
/// one does it. It goes over everything until a whole pass, begun when every node had changed over, found nothing more.
/// </summary>
public sealed class Rewrapping(
    Store store,
    Engine.Engine engine,
    Vault vault,
    WrappingKeys keys,
    Ids ids,
    TimeProvider time,
    ILogger<Rewrapping> log
) : PeriodicWorker(TimeSpan.FromSeconds(10), time, log)
{
    /// <summary>How many values are read and replaced at once, unless the column says otherwise.</summary>
    public const int PartSize = 100;

    private static readonly TimeSpan lease = TimeSpan.FromSeconds(30);

    /// <summary>How long others have the store for themselves between two parts.</summary>
    private static readonly TimeSpan pause = TimeSpan.FromMilliseconds(50);

    private readonly Guid holder = ids.NewGuid();

    /// <summary>Rewraps the next part. False when there is nothing to do for now.</summary>
    public async Task<bool> RewrapPartAsync()
    {
        var now = Time.GetUtcNow();
        var progress = await store.FindAsync(
            WrappingKeyTables.Keys,
            World.Live,
            new WrappingKeyKey(keys.Current)
        );
        if (progress is null or { FinishedAt: not null } || IsHeldByAnother(progress, now))
        {
            return false;
        }

        var column =
            SealedColumns.All.FirstOrDefault(column => column.Name == progress.Reached)
            ?? SealedColumns.All[0];
        var values = await ReadAsync(column, progress);
        var replacements = FindOlder(column, values);
        var replaced =
            replacements.Count == 0
                ? 0
                : await engine.ReplaceAsync(column.Table, column.Column, replacements);
        progress = progress with
        {
            Holder = holder,
            LeaseUntil = now + lease,
            FoundInPass = progress.FoundInPass + replacements.Count,
            Rewrapped = progress.Rewrapped + replaced,
        };
        var (next, goesOn) =
            column.IsPaged && values.Count == column.PartSize
                ? (After(progress, column.Name, values[^1]), true)
                : BeginNext(progress, column, now);
        var decision = await engine.SubmitAsync(new NoteRewrapping(now, next));
        return goesOn && decision is Accepted<bool> { Reply: true };
    }

    /// <summary>How many values each key has wrapped, by column.</summary>
    public async Task<IReadOnlyList<(SealedColumn Column, int Key, long Values)>> CountAsync()
    {
        var counts = new List<(SealedColumn, int, long)>();
        foreach (var column in SealedColumns.All)
        {
            foreach (
                var (beginning, count) in await ColumnValues.CountAsync(store, column.Table, column.Column)
            )
            {
                counts.Add((column, Vault.VersionOf(beginning), count));
            }
        }

        return counts;
    }

    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        await keys.RefreshAsync();
        while (!stoppingToken.IsCancellationRequested && await RewrapPartAsync())
        {
            await Task.Delay(pause, stoppingToken);
            await keys.RefreshAsync();
        }
    }

    /// <summary>A lease that ends later than any is given was written by a clock that ran ahead.</summary>
    private bool IsHeldByAnother(WrappingKeyRow progress, DateTimeOffset now) =>
        progress.Holder != holder && progress.LeaseUntil > now && progress.LeaseUntil <= now + lease;

    private ValueTask<IReadOnlyList<ColumnValue>> ReadAsync(SealedColumn column, WrappingKeyRow progress) =>
        column.IsPaged
            ? ColumnValues.ListAfterAsync(
                store,
                column.Table,
                column.Column,
                column.TiedTo,
                new World(progress.AfterWorld),
                progress.AfterId,
                column.PartSize
            )
            : ColumnValues.ListAsync(store, column.Table, column.Column, column.TiedTo);

    private List<Replacement> FindOlder(SealedColumn column, IReadOnlyList<ColumnValue> values)
    {
        var older = new List<Replacement>();
        foreach (var value in values.Where(value => value.Value.Length > 0))
        {
            try
            {
                if (vault.Rewrap(value.Value, column.RowId(value.Other)) is { } rewrapped)
                {
                    older.Add(new(value.World, value.Key, value.Value, rewrapped));
                }
            }
            catch (CryptographicException)
            {
                // It stays as it is, and keeps its key from being retired.
                log.LogError("A value of {Column} does not open, and is not rewrapped", column.Name);
            }
        }

        return older;
    }

    private static WrappingKeyRow After(WrappingKeyRow progress, string place, ColumnValue last) =>
        progress with
        {
            Reached = place,
            AfterWorld = last.World.Number,
            AfterId = (Guid)last.Key[0],
        };

    /// <summary>The next column, or after the last one the next pass, which waits for the next time when this one found
    /// nothing.</summary>
    private static (WrappingKeyRow Progress, bool GoesOn) BeginNext(
        WrappingKeyRow progress,
        SealedColumn column,
        DateTimeOffset now
    )
    {
        var atStart = progress with { AfterWorld = 0, AfterId = Guid.Empty };
        var next = SealedColumns.All.SkipWhile(other => other.Name != column.Name).ElementAtOrDefault(1);
        if (next is not null)
        {
            return (atStart with { Reached = next.Name }, true);
        }

        var foundNothing = progress.FoundInPass == 0;
        var isLast = foundNothing && progress.PassBeganAt >= progress.WrapsSince + WrappingKeys.Spread;
        return (
            atStart with
            {
                Reached = "",
                PassBeganAt = now,
                FoundInPass = 0,
                FinishedAt = isLast ? now : null,
            },
            !foundNothing
        );
    }
}
