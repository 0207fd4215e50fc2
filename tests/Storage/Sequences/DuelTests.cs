using OpenBanking.Server.Ledger;
using OpenBanking.Server.Worlds;
using OpenBanking.Tests.Rules;
using OpenBanking.Tests.Rules.Sequences;
using OpenBanking.Tests.Storage.Postgres;
using OpenBanking.Tests.Storage.Sqlite;

namespace OpenBanking.Tests.Storage.Sequences;

/// <summary>Two who want the same of one payment at the same moment: on SQLite at its one writer, on PostgreSQL at two nodes.
/// <c>DUEL_SEED</c> plays a round again, <c>DUEL_ROUNDS</c> is for the long form.</summary>
public sealed class DuelTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("Sqlite")]
    [InlineData("Postgres")]
    public async Task Of_two_who_want_the_same_of_a_payment_one_is_first_and_the_other_gets_what_is_left(
        string kind
    )
    {
        var alone = kind == "Sqlite";
        using TestDatabase database = alone ? new SqliteDatabase() : new PostgresDatabase();
        using var one = database.Open();
        using var other = alone ? null : database.Open();
        using var first = StoredBank.NewEngine(one, new NumberedIds(node: 1), writers: alone ? 1 : 2);
        using var second = other is null
            ? null
            : StoredBank.NewEngine(other, new NumberedIds(node: 2), writers: 2);
        var replayed = Environment.GetEnvironmentVariable("DUEL_SEED") is { Length: > 0 };
        var rounds = replayed ? 1 : Properties.CountFrom("DUEL_ROUNDS", 4);
        // Who is first is left to chance: on a busy machine it takes more rounds until each has been.
        var most = replayed ? 1 : rounds * 5;
        var winners = new HashSet<(string Duel, int Winner)>();
        for (
            var round = 1;
            round <= rounds || (round <= most && winners.Count < 2 * Duels.Kinds.Count);
            round++
        )
        {
            var seed = Properties.CountFrom("DUEL_SEED", Random.Shared.Next());
            output.WriteLine($"DUEL_SEED={seed}");
            var scene = new Scene();
            World world = new(round);
            StoredRows.Insert(one, world, scene.Bank);

            winners.UnionWith(await new Duels([first, second ?? first], one, world, scene).FightAsync(seed));

            BankInvariants.Hold(StoredRows.Read(one, world, scene.Bank.Told));
            Assert.Empty(new BooksAudit(one).FindViolations());
        }

        Assert.True(
            replayed || winners.Count == 2 * Duels.Kinds.Count,
            $"Somebody was always first: {string.Join(", ", winners.Order())}"
        );
    }
}
