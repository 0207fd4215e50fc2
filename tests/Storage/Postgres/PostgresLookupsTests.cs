using OpenBanking.Server.Storage.Postgres;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Tests.Storage.Postgres;

/// <summary>How rows that are asked for side by side share statements.</summary>
public sealed class PostgresLookupsTests
{
    private const int Many = 1_000;

    [Fact]
    public async Task Who_asks_while_others_wait_shares_the_next_statement_and_gets_a_row_of_its_own()
    {
        var statements = 0;
        var go = new TaskCompletionSource();
        var lookups = new PostgresLookups<string>(async arrays =>
        {
            Interlocked.Increment(ref statements);
            await go.Task;
            return [.. NumbersIn(arrays).Select((number, place) => (place, $"row {number}")).Where(IsEven)];
        });

        var asked = Enumerable.Range(0, Many).Select(number => Ask(lookups, number)).ToList();
        go.SetResult();
        var found = await Task.WhenAll(asked);

        Assert.Equal(Enumerable.Range(0, Many).Select(n => n % 2 == 0 ? $"row {n}" : null), found);
        Assert.InRange(statements, 2, Many / 20);

        static bool IsEven((int Place, string Row) found) => int.Parse(found.Row[4..]) % 2 == 0;
    }

    [Fact]
    public async Task A_statement_that_fails_fails_for_those_who_shared_it_and_for_nobody_after()
    {
        var fails = true;
        var lookups = new PostgresLookups<string>(_ =>
            fails
                ? throw new TimeoutException()
                : Task.FromResult<IReadOnlyList<(int, string)>>([(0, "found")])
        );

        await Assert.ThrowsAsync<TimeoutException>(() => Ask(lookups, 1));
        fails = false;

        Assert.Equal("found", await Ask(lookups, 2));
    }

    [Fact]
    public async Task Nobody_waits_for_statements_that_take_too_long()
    {
        var hangs = true;
        var never = new TaskCompletionSource<IReadOnlyList<(int, string)>>();
        var lookups = new PostgresLookups<string>(_ =>
            hangs ? never.Task : Task.FromResult<IReadOnlyList<(int, string)>>([(0, "found")])
        );
        _ = Ask(lookups, 1);
        _ = Ask(lookups, 2);
        await Task.Delay(2 * PostgresLookups<string>.Patience);
        hangs = false;

        Assert.Equal("found", await Ask(lookups, 3).WaitAsync(TimeSpan.FromSeconds(10)));
    }

    private static Task<string?> Ask(PostgresLookups<string> lookups, int number) =>
        lookups.FindAsync(new World(1), values => values.Int64(number));

    private static IEnumerable<long> NumbersIn(PostgresArrays arrays)
    {
        using var command = new Npgsql.NpgsqlCommand();
        arrays.AddTo(command.Parameters);
        return ((List<long?>)command.Parameters[1].Value!).Select(number => number!.Value);
    }
}
