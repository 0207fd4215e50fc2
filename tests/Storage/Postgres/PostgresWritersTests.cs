using OpenBanking.Server.Engine;
using OpenBanking.Server.Sandbox;
using OpenBanking.Tests.Storage.Engine;

namespace OpenBanking.Tests.Storage.Postgres;

/// <summary>Several writers on one database: they run side by side, and what they both change comes out right.</summary>
public sealed class PostgresWritersTests : EngineSuite<PostgresDatabase>
{
    private const string CardNumber = "6200000000000001";
    private const string Overtake =
        "SET lock_timeout = '200ms'; UPDATE sandbox_card SET balance = balance + 1000, version = version + 1";

    /// <summary>Keys of lanes that are not the same.</summary>
    private static readonly Guid first = Guid.Empty;
    private static readonly Guid second = new(1, 0, 0, new byte[8]);

    [Fact]
    public async Task One_lane_goes_on_while_another_waits()
    {
        using var gate = await HoldAsync();

        Assert.IsType<Accepted<int>>(await Engine.SubmitAsync(Probe.Put(1).In(second)));

        var behind = Engine.SubmitAsync(Probe.Put(2).In(first));
        Assert.Equal([1], Messages);
        await gate.OpenAsync();
        await behind;
        Assert.Equal([1, 2], Messages);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task Writers_that_change_the_same_row_lose_nothing_of_each_other(int writers)
    {
        Restart(new() { Writers = writers, BatchSize = 8 });
        await Engine.SubmitAsync(PutCard());

        var ends = await Task.WhenAll(
            Enumerable
                .Range(0, 400)
                .Select(i => Task.Run(() => Engine.SubmitAsync(Spend(1).In(new Guid(i, 0, 0, new byte[8])))))
        );

        Assert.All(ends, end => Assert.IsType<Accepted<int>>(end));
        Assert.Equal(600, Card.Balance);
        Assert.Equal(Enumerable.Range(600, 400), ends.Select(end => ((Accepted<int>)end).Reply).Order());
    }

    [Fact]
    public async Task A_batch_that_is_overtaken_again_and_again_locks_what_it_reads()
    {
        await Engine.SubmitAsync(PutCard());
        var overtaken = 0;
        var lockedOut = 0;
        Store.Committing = _ =>
        {
            try
            {
                Database.Execute(Overtake);
                overtaken++;
            }
            catch (Npgsql.PostgresException waited)
                when (waited.SqlState == Npgsql.PostgresErrorCodes.LockNotAvailable)
            {
                lockedOut++;
            }
        };

        var end = await Engine.SubmitAsync(Spend(1));

        Assert.Equal((2, 1), (overtaken, lockedOut));
        Assert.Equal(2_999, Assert.IsType<Accepted<int>>(end).Reply);
        Assert.Equal(2_999, Card.Balance);
    }

    [Fact]
    public async Task Nobody_waits_for_a_batch_that_was_dropped_with_locks_in_its_hands()
    {
        await Engine.SubmitAsync(PutCard());
        var runs = 0;
        Store.Committing = _ =>
        {
            if (runs++ < 2)
            {
                Database.Execute(Overtake);
            }
            else
            {
                throw new IOException("No space left.");
            }
        };
        await EndsOfAsync([Engine.SubmitAsync(Spend(1))]);
        Store.Committing = null;

        Database.Execute(Overtake);

        Assert.Equal(3, runs);
        Assert.Equal(4_000, Card.Balance);
    }

    private SandboxCardRow Card => Store.Find(SandboxTables.Cards, Rows.World, new(CardNumber))!;

    private static Probe PutCard() =>
        new(
            Rows.World,
            book =>
            {
                book.Insert(
                    SandboxTables.Cards,
                    new SandboxCardRow
                    {
                        Number = CardNumber,
                        IdNumber = "1",
                        Bank = "",
                        Balance = 1_000,
                    }
                );
                return Decision.Accept(0);
            }
        );

    /// <summary>Takes money from the card; the reply is what is left.</summary>
    private static Probe Spend(int amount) =>
        new(
            Rows.World,
            book =>
            {
                var card = book.Get(SandboxTables.Cards, new(CardNumber));
                book.Update(SandboxTables.Cards, card with { Balance = card.Balance - amount });
                return Decision.Accept((int)card.Balance - amount);
            },
            keys => keys.Want(SandboxTables.Cards, new(CardNumber))
        );
}
