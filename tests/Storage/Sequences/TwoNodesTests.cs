using OpenBanking.Server.Ledger;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Worlds;
using OpenBanking.Tests.Rules;
using OpenBanking.Tests.Rules.Sequences;
using OpenBanking.Tests.Storage.Postgres;

namespace OpenBanking.Tests.Storage.Sequences;

/// <summary>Two engines on one PostgreSQL, and many who want the same money, orders and coupons at once. Afterwards every
/// invariant holds of what is stored. <c>NODES_SEED</c> plays a round again, <c>NODES_ROUNDS</c> is for the long form.</summary>
public sealed class TwoNodesTests(ITestOutputHelper output) : IDisposable
{
    private const int Callers = 8;
    private const int ActsOfEach = 25;

    private readonly PostgresDatabase database = new();

    [Fact]
    public async Task Whatever_two_nodes_are_asked_at_once_every_invariant_holds_of_what_is_stored()
    {
        using var one = database.Open();
        using var other = database.Open();
        using var first = StoredBank.NewEngine(one, new NumberedIds(node: 1), writers: 2);
        using var second = StoredBank.NewEngine(other, new NumberedIds(node: 2), writers: 2);
        var replayed = Environment.GetEnvironmentVariable("NODES_SEED") is { Length: > 0 };
        var rounds = replayed ? 1 : Properties.CountFrom("NODES_ROUNDS", 8);
        var ends = new HashSet<PaymentState>();
        for (var round = 1; round <= rounds; round++)
        {
            var seed = Properties.CountFrom("NODES_SEED", Random.Shared.Next());
            output.WriteLine($"NODES_SEED={seed}");
            var scene = new Scene();
            World world = new(round);
            StoredRows.Insert(one, world, scene.Bank);
            var crowd = new Crowd([first, second], one, world, scene);

            await Task.WhenAll(
                Enumerable
                    .Range(0, Callers)
                    .Select(caller => crowd.ActAsync(new Random(seed + caller), ActsOfEach))
            );

            output.WriteLine(crowd.Report);
            var bank = StoredRows.Read(one, world, scene.Bank.Told);
            BankInvariants.Hold(bank);
            Assert.Empty(new BooksAudit(one).FindViolations());
            ends.UnionWith(EndsOfHolds(bank));
        }

        // Two of the rounds are enough for each of them to be there; none need be left authorized.
        Assert.True(
            replayed
                || ends.IsSupersetOf([PaymentState.Captured, PaymentState.Canceled, PaymentState.Expired]),
            string.Join(", ", ends)
        );
    }

    private static IEnumerable<PaymentState> EndsOfHolds(MemoryBank bank) =>
        bank.All(PaymentTables.Payments)
            .Where(payment => payment.ExpiresAt is not null)
            .Select(payment => payment.State);

    public void Dispose() => database.Dispose();
}
