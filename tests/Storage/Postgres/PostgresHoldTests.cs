using Microsoft.Extensions.Logging.Abstractions;
using OpenBanking.Server.Audit;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Payments;
using OpenBanking.Tests.Storage.Ledger;

namespace OpenBanking.Tests.Storage.Postgres;

public sealed class PostgresHoldTests : HoldTests<PostgresDatabase>
{
    [Fact]
    public async Task Captures_on_two_nodes_at_once_never_take_more_than_is_held()
    {
        var payment = await HoldAsync(1, 20_00);
        using var store = Database.Open(Clock);
        using var other = new Server.Engine.Engine(
            store,
            new Ids(Clock),
            Clock,
            [new LedgerInvariant()],
            new(),
            Rows.RuleData,
            NullLogger<Server.Engine.Engine>.Instance,
            new AuditRecorder()
        );

        var ends = await EndsOfAsync(
            Enumerable
                .Range(0, 40)
                .Select(i =>
                    Task.Run(() =>
                        (i % 2 == 0 ? Engine : other).SubmitAsync(Capture(payment, 3_00, final: false))
                    )
                )
        );

        // Who finds the other node too busy is told so, and nothing happened.
        var accepted = ends.Count(end => end is Accepted<PaymentRow>);
        Assert.All(ends, end => Assert.True(end is Decision<PaymentRow> or EngineBusyException, $"{end}"));
        Assert.InRange(accepted, 1, 6);
        AssertMoney(available: 80_00, held: 20_00 - (accepted * 3_00), settled: accepted * 3_00);
    }
}
