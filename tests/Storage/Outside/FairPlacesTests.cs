using Microsoft.Extensions.Logging.Abstractions;
using OpenBanking.Server.Outside;

namespace OpenBanking.Tests.Storage.Outside;

/// <summary>Turns at a limited number of places.</summary>
public sealed class FairPlacesTests
{
    private const int Patience = 60_000;

    private static readonly TimeSpan slowAfter = TimeSpan.FromMilliseconds(50);

    private readonly TaskCompletionSource open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(int Key, bool IsSlow)> turns = [];
    private readonly FairPlaces<int> places = new(1, slowAfter, NullLogger<FairPlacesTests>.Instance);
    private int running;
    private int mostRunning;

    [Fact(Timeout = Patience)]
    public async Task Who_wants_another_turn_goes_to_the_end()
    {
        Queue(1, turns: 3);
        Queue(2, turns: 2);
        Queue(3, turns: 1);
        open.SetResult();

        Assert.Equal([1, 2, 3, 1, 2, 1], await FirstAsync(6));
    }

    [Fact(Timeout = Patience)]
    public async Task Who_is_there_is_not_queued_again_until_it_had_its_turn()
    {
        Queue(1);
        Queue(1);
        Queue(2);
        Queue(2);
        open.SetResult();
        Assert.Equal([1, 2], await FirstAsync(2));

        Assert.Equal([1, 2, 1], await QueueUntilAsync(1, count: 3));
    }

    [Fact(Timeout = Patience)]
    public async Task Who_is_slow_gives_its_place_up_while_its_turn_goes_on()
    {
        Queue(1);
        Queue(2);
        Queue(3);

        Assert.Equal([1, 2, 3], await FirstAsync(3));
        open.SetResult();
    }

    [Fact(Timeout = Patience)]
    public async Task Who_is_known_as_slow_takes_no_place_of_the_quick_ones_until_it_was_quick()
    {
        var slow = new TaskCompletionSource();
        places.TryQueue(1, isSlow => StandAsync(1, isSlow, slow.Task));
        places.TryQueue(2, isSlow => StandAsync(2, isSlow, slow.Task));
        await FirstAsync(2);
        await Task.Delay(slowAfter * 4, TestContext.Current.CancellationToken);
        slow.SetResult();
        await UntilAsync(() => Volatile.Read(ref running) == 0);
        mostRunning = 0;

        // One of the two has the place of the slow ones, the other waits, and a quick one waits for neither.
        open.SetResult();
        var held = new TaskCompletionSource();
        await QueueUntilAsync(1, 3, isSlow => StandAsync(1, isSlow, held.Task));
        await Task.Delay(slowAfter * 4, TestContext.Current.CancellationToken);
        places.TryQueue(2, isSlow => StandAsync(2, isSlow, held.Task));
        await QueueUntilAsync(3, 4);
        Assert.Equal([(1, true), (3, false)], turns.Skip(2));

        held.SetResult();
        await FirstAsync(5);
        Assert.Equal((2, true), turns[4]);
        await QueueUntilAsync(2, 6);
        Assert.Equal((2, false), turns[5]);
        Assert.InRange(mostRunning, 1, 2);
    }

    [Fact(Timeout = Patience)]
    public async Task A_turn_that_fails_is_over()
    {
        places.TryQueue(1, _ => throw new InvalidOperationException("The turn fails."));
        open.SetResult();

        Assert.Equal([2], await QueueUntilAsync(2, 1));
        Assert.Equal([2, 1], await QueueUntilAsync(1, 2));
    }

    private void Queue(int key, int turns = 1) =>
        places.TryQueue(
            key,
            async isSlow =>
            {
                await StandAsync(key, isSlow, open.Task);
                return --turns > 0;
            }
        );

    private async Task<bool> StandAsync(int key, bool isSlow, Task until)
    {
        lock (turns)
        {
            turns.Add((key, isSlow));
            mostRunning = Math.Max(mostRunning, ++running);
        }

        await until;
        Interlocked.Decrement(ref running);
        return false;
    }

    private async Task<IEnumerable<int>> FirstAsync(int count)
    {
        await UntilAsync(() => Count() >= count);
        lock (turns)
        {
            return [.. turns.Take(count).Select(turn => turn.Key)];
        }
    }

    /// <summary>Queues it for one turn: until it is there, as whoever has its turn can be queued only when that is quite
    /// over.</summary>
    private async Task<IEnumerable<int>> QueueUntilAsync(
        int key,
        int count,
        Func<bool, Task<bool>>? turn = null
    )
    {
        var had = false;
        await UntilAsync(() =>
        {
            places.TryQueue(
                key,
                async isSlow =>
                {
                    if (!had)
                    {
                        had = true;
                        await (turn?.Invoke(isSlow) ?? StandAsync(key, isSlow, Task.CompletedTask));
                    }

                    return false;
                }
            );
            return Count() >= count;
        });
        return await FirstAsync(count);
    }

    private int Count()
    {
        lock (turns)
        {
            return turns.Count;
        }
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        while (!isSo())
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
