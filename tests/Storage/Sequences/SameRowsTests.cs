using OpenBanking.Server.Ledger;
using OpenBanking.Server.Storage;
using OpenBanking.Tests.Rules;
using OpenBanking.Tests.Rules.Sequences;
using OpenBanking.Tests.Storage.Postgres;
using OpenBanking.Tests.Storage.Sqlite;

namespace OpenBanking.Tests.Storage.Sequences;

/// <summary>
/// The sequences that the rules are tested with, as real commands through the real engine on both stores: whatever
/// happens, both have the same rows in every table, and those of the bank in memory. <c>STORED_SEQUENCES</c> takes another
/// number of them: the long form.
/// </summary>
public sealed class SameRowsTests : IDisposable
{
    private readonly StoredBank sqlite = new(new SqliteDatabase());
    private readonly StoredBank postgres = new(new PostgresDatabase());

    private static int Count(int usual) => Properties.CountFrom("STORED_SEQUENCES", usual);

    [Fact]
    public void One_by_one_the_same_commands_give_the_same_rows_on_both_stores_and_in_memory()
    {
        Properties.Hold(
            Steps.Lists,
            Count(50),
            steps =>
            {
                var play = Stage.Play(steps, _ => { });
                var (left, right) = PlayOnBoth(play, [.. play.Performances.Select(_ => 1)]);

                Assert.Equal(left, right);
                Assert.Equal(
                    StoredRows.WithoutBatches(StoredRows.Dump(play.Bank)),
                    StoredRows.WithoutBatches(left)
                );
            }
        );
        AssertSound();
    }

    [Fact]
    public void However_commands_are_cut_into_batches_they_give_the_same_rows_and_answers()
    {
        Properties.Hold(
            Steps.Lists,
            Count(100),
            steps =>
            {
                var play = Stage.Play(steps, _ => { });
                var (left, right) = PlayOnBoth(play, CutAtRandom(play.Performances.Count));

                Assert.Equal(left, right);
                Assert.Equal(
                    StoredRows.WithoutBatches(StoredRows.Dump(play.Bank)),
                    StoredRows.WithoutBatches(left)
                );
            }
        );
        AssertSound();
    }

    [Fact]
    public void A_batch_that_runs_again_after_a_conflict_gives_the_same_rows_and_answers()
    {
        foreach (var bank in (StoredBank[])[sqlite, postgres])
        {
            // Every other commit finds that somebody else was first.
            var commits = 0;
            bank.Store.Committing = _ =>
            {
                if (++commits % 2 == 1)
                {
                    throw new WriteConflictException("Somebody else was first.");
                }
            };
        }

        Properties.Hold(
            Steps.Lists,
            Count(50),
            steps =>
            {
                var play = Stage.Play(steps, _ => { });
                var (left, right) = PlayOnBoth(play, CutAtRandom(play.Performances.Count));

                Assert.Equal(left, right);
                Assert.Equal(
                    StoredRows.WithoutBatches(StoredRows.Dump(play.Bank)),
                    StoredRows.WithoutBatches(left)
                );
            }
        );
    }

    /// <summary>Nothing is wrong with the books of any of the worlds that were played.</summary>
    private void AssertSound()
    {
        foreach (var bank in (StoredBank[])[sqlite, postgres])
        {
            Assert.Empty(new BooksAudit(bank.Store).FindViolations());
        }
    }

    public void Dispose()
    {
        sqlite.Dispose();
        postgres.Dispose();
    }

    /// <summary>Plays on both stores: each command comes to what it came to in memory, and is told as it was there. Gives
    /// the rows of both.</summary>
    private (
        SortedDictionary<string, IReadOnlyList<string>> Sqlite,
        SortedDictionary<string, IReadOnlyList<string>> Postgres
    ) PlayOnBoth(Play play, IReadOnlyList<int> sizes)
    {
        var before = new Scene();
        return (PlayOn(sqlite), PlayOn(postgres));

        SortedDictionary<string, IReadOnlyList<string>> PlayOn(StoredBank bank)
        {
            var world = bank.NewWorld(before);
            var texts = bank.PlayInBatches(world, play, sizes);
            Assert.Equal(play.Performances.Select(played => played.Came.Text), texts);
            Assert.Equal(
                play.Bank.Told.Skip(before.Bank.Told.Count).Select(RowText.Of),
                StoredRows.Events(bank.Store, world).Select(RowText.Of)
            );
            return StoredRows.Dump(bank.Store, world);
        }
    }

    /// <summary>The cut hangs on the number of commands alone, so that a failing sequence can be played again.</summary>
    private static List<int> CutAtRandom(int count)
    {
        var random = new Random(count);
        var sizes = new List<int>();
        for (var left = count; left > 0; left -= sizes[^1])
        {
            sizes.Add(Math.Min(left, random.Next(1, 12)));
        }

        return sizes;
    }
}
