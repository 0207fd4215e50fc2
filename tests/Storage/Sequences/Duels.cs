using OpenBanking.Server.Confirmations;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Refunds;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;
using OpenBanking.Tests.Rules.Sequences;

namespace OpenBanking.Tests.Storage.Sequences;

/// <summary>What two commands come to that are decided in the one order or in the other, and never in between.</summary>
internal sealed class Duels(IReadOnlyList<Server.Engine.Engine> nodes, Store store, World world, Scene scene)
{
    private const int OfEach = 6;

    private static readonly DateTimeOffset holdEnd = Scene.Start.AddHours(1);

    /// <summary>The second customer's, who has 5,000.00, and the first's.</summary>
    private const int Payer = 1;
    private const int Another = 0;

    private int made;

    /// <summary>Each gives who was first: 0 or 1.</summary>
    public static IReadOnlyDictionary<string, Func<Duels, Random, Task<int>>> Kinds { get; } =
        new Dictionary<string, Func<Duels, Random, Task<int>>>
        {
            ["capture and cancel"] = (duels, random) => duels.CaptureAndCancelAsync(random),
            ["part and cancel"] = (duels, random) => duels.PartAndCancelAsync(random),
            ["capture and expiry"] = (duels, random) => duels.CaptureAndExpiryAsync(random),
            ["captures of the last cent"] = (duels, random) => duels.LastCentAsync(random),
            ["captures of all"] = (duels, random) => duels.CapturesOfAllAsync(random),
            ["capture and refund"] = (duels, random) => duels.CaptureAndRefundAsync(random),
            ["cancel and refund"] = (duels, random) => duels.CancelAndRefundAsync(random),
            ["refunds"] = (duels, random) => duels.RefundsAsync(random),
            ["confirm and cancel"] = (duels, random) => duels.ConfirmAndCancelAsync(random),
            ["confirm and expiry"] = (duels, random) => duels.ConfirmAndExpiryAsync(random),
            ["confirm and close"] = (duels, random) => duels.ConfirmAndCloseAsync(random),
            ["confirm and confirm"] = (duels, random) => duels.TwoConfirmAsync(random),
        };

    /// <summary>All of them side by side, so that each is disturbed by the others.</summary>
    public async Task<IReadOnlyCollection<(string Duel, int Winner)>> FightAsync(int seed) =>
        await Task.WhenAll(
            Kinds
                .SelectMany(kind => Enumerable.Repeat(kind, OfEach))
                .Select(async (kind, number) => (kind.Key, await kind.Value(this, new Random(seed + number))))
        );

    private async Task<int> CaptureAndCancelAsync(Random random)
    {
        var held = await HoldAsync(random);
        var ends = await AtOnceAsync(random, Capture(held, null, final: true), Cancel(held));
        var winner = OnlyOneOf(ends, ProblemCodes.PaymentNotCapturable, ProblemCodes.PaymentNotCancelable);
        await AssertIsAsync(
            held,
            winner == 0 ? PaymentState.Captured : PaymentState.Canceled,
            winner == 0 ? held.Amount : 0
        );
        return winner;
    }

    /// <summary>What was captured before the cancel stays, and nothing is captured after it.</summary>
    private async Task<int> PartAndCancelAsync(Random random)
    {
        var held = await HoldAsync(random);
        var part = held.Amount / 4;
        var ends = await AtOnceAsync(random, Capture(held, part, final: false), Cancel(held));
        Assert.Null(ends[1]);
        var winner = FirstOr(ends[0], ProblemCodes.PaymentNotCapturable);
        await AssertIsAsync(
            held,
            winner == 0 ? PaymentState.Captured : PaymentState.Canceled,
            winner == 0 ? part : 0
        );
        return winner;
    }

    private async Task<int> CaptureAndExpiryAsync(Random random)
    {
        var held = await HoldAsync(random);
        var ends = await AtOnceAsync(
            random,
            Capture(held, null, final: true),
            node => SubmitAsync(node, new ExpirePayment(world, holdEnd, held))
        );
        var winner = OnlyOneOf(ends, ProblemCodes.AuthorizationExpired, ProblemCodes.PaymentNotCapturable);
        await AssertIsAsync(
            held,
            winner == 0 ? PaymentState.Captured : PaymentState.Expired,
            winner == 0 ? held.Amount : 0
        );
        return winner;
    }

    /// <summary>Each wants one cent more than half, and does not end the hold.</summary>
    private async Task<int> LastCentAsync(Random random)
    {
        var held = await HoldAsync(random);
        var most = (held.Amount / 2) + 1;
        var ends = await AtOnceAsync(
            random,
            Capture(held, most, final: false),
            Capture(held, most, final: false)
        );
        var winner = OnlyOneOf(
            ends,
            ProblemCodes.CaptureExceedsAuthorization,
            ProblemCodes.CaptureExceedsAuthorization
        );
        await AssertIsAsync(held, PaymentState.Authorized, most);
        return winner;
    }

    private async Task<int> CapturesOfAllAsync(Random random)
    {
        var held = await HoldAsync(random);
        var ends = await AtOnceAsync(
            random,
            Capture(held, null, final: true),
            Capture(held, null, final: false)
        );
        var winner = OnlyOneOf(ends, ProblemCodes.PaymentNotCapturable, ProblemCodes.PaymentNotCapturable);
        await AssertIsAsync(held, PaymentState.Captured, held.Amount);
        return winner;
    }

    /// <summary>Nothing is given back while more may be captured.</summary>
    private async Task<int> CaptureAndRefundAsync(Random random)
    {
        var held = await HoldAsync(random);
        var part = held.Amount / 4;
        var ends = await AtOnceAsync(random, Capture(held, part, final: true), Refund(held, null));
        Assert.Null(ends[0]);
        var refunded = FirstOr(ends[1], ProblemCodes.PaymentNotRefundable) == 0;
        await AssertIsAsync(
            held,
            refunded ? PaymentState.Refunded : PaymentState.Captured,
            part,
            refunded ? part : 0
        );
        return refunded ? 0 : 1;
    }

    private async Task<int> CancelAndRefundAsync(Random random)
    {
        var held = await HoldAsync(random);
        var part = held.Amount / 4;
        Assert.Null(await Capture(held, part, final: false)(nodes[0]));
        var ends = await AtOnceAsync(random, Cancel(held), Refund(held, part / 2));
        Assert.Null(ends[0]);
        var refunded = FirstOr(ends[1], ProblemCodes.PaymentNotRefundable) == 0;
        await AssertIsAsync(
            held,
            refunded ? PaymentState.PartiallyRefunded : PaymentState.Captured,
            part,
            refunded ? part / 2 : 0
        );
        return refunded ? 0 : 1;
    }

    /// <summary>Each wants one cent more than half of what was paid.</summary>
    private async Task<int> RefundsAsync(Random random)
    {
        var paid = await PayAsync(random, holdUntil: null);
        var most = (paid.Amount / 2) + 1;
        var ends = await AtOnceAsync(random, Refund(paid, most), Refund(paid, most));
        var winner = OnlyOneOf(ends, ProblemCodes.RefundExceedsPayment, ProblemCodes.RefundExceedsPayment);
        await AssertIsAsync(paid, PaymentState.PartiallyRefunded, captured: null, refunded: most);
        return winner;
    }

    private async Task<int> ConfirmAndCancelAsync(Random random)
    {
        var asked = await AskAsync(random);
        var ends = await AtOnceAsync(
            random,
            Confirm(asked, Payer),
            node => SubmitAsync(node, new CancelConfirmation(world, Scene.Start, asked))
        );
        var winner = OnlyOneOf(ends, ConfirmationRules.Refusals.Over, ProblemCodes.PaymentNotCancelable);
        await AssertConfirmedAsync(asked, winner == 0, ConfirmationState.Canceled);
        return winner;
    }

    private async Task<int> ConfirmAndExpiryAsync(Random random)
    {
        var asked = await AskAsync(random);
        var ends = await AtOnceAsync(
            random,
            Confirm(asked, Payer),
            node => SubmitAsync(node, new ExpireConfirmation(world, asked.ExpiresAt, asked))
        );
        var winner = OnlyOneOf(ends, ConfirmationRules.Refusals.Over, ConfirmationRules.Refusals.Over);
        await AssertConfirmedAsync(asked, winner == 0, ConfirmationState.Expired);
        return winner;
    }

    /// <summary>The order is closed in the end, and who was first says whether it is paid.</summary>
    private async Task<int> ConfirmAndCloseAsync(Random random)
    {
        var asked = await AskAsync(random);
        var order = new OrderKey(asked.AppId, asked.OrderNo);
        var ends = await AtOnceAsync(
            random,
            Confirm(asked, Payer),
            node => SubmitAsync(node, new CloseOrder(world, Scene.Start, order, asked.PaymentId))
        );
        Assert.Null(ends[1]);
        var winner = FirstOr(ends[0], ConfirmationRules.Refusals.Over);
        await AssertConfirmedAsync(asked, winner == 0, ConfirmationState.Canceled);
        Assert.NotNull((await store.FindAsync(PaymentTables.Orders, world, order))!.ClosedAt);
        return winner;
    }

    /// <summary>Whoever has the link may confirm, and the first one pays.</summary>
    private async Task<int> TwoConfirmAsync(Random random)
    {
        var asked = await AskAsync(random);
        var ends = await AtOnceAsync(random, Confirm(asked, Payer), Confirm(asked, Another));
        var winner = OnlyOneOf(ends, ConfirmationRules.Refusals.Over, ConfirmationRules.Refusals.Over);
        await AssertConfirmedAsync(asked, confirmed: true, ConfirmationState.Confirmed);
        Assert.Equal(
            scene.Accounts[winner == 0 ? Payer : Another].Id,
            (await store.FindAsync(PaymentTables.Payments, world, asked.PaymentId))!.AccountId
        );
        return winner;
    }

    private Task<PaymentRow> HoldAsync(Random random) => PayAsync(random, holdEnd);

    private async Task<PaymentRow> PayAsync(Random random, DateTimeOffset? holdUntil)
    {
        var agreement = scene.Agreements.First(agreement =>
            agreement.CustomerId == scene.Accounts[Payer].CustomerId && agreement.AppId == Rows.App.Id
        );
        var id = New<PaymentRow>();
        var command = new CreatePayment(
            world,
            Scene.Start,
            id,
            agreement,
            $"order-{id}",
            PriceOf(random),
            CouponId: null,
            Description: null,
            holdUntil
        )
        {
            FeeRuleId = Scene.FeeRuleOf(1, Scene.Start).Id,
        };
        Assert.Null(await SubmitAsync(nodes[random.Next(nodes.Count)], command));
        return (await store.FindAsync(PaymentTables.Payments, world, id))!;
    }

    private async Task<ConfirmationRow> AskAsync(Random random)
    {
        var id = New<PaymentRow>();
        var amount = PriceOf(random);
        var row = new ConfirmationRow
        {
            PaymentId = id,
            AppId = Rows.App.Id,
            PartnerId = Rows.App.PartnerId,
            OrderNo = $"order-{id}",
            State = ConfirmationState.Waiting,
            Currency = Money.Renminbi,
            Amount = amount,
            Discount = 0,
            CustomerAmount = amount,
            Manual = random.Next(2) == 0,
            CreatedAt = Scene.Start,
            ExpiresAt = Scene.Start.AddMinutes(30),
        };
        Assert.Null(
            await SubmitAsync(nodes[random.Next(nodes.Count)], new AskConfirmation(world, Scene.Start, row))
        );
        return row;
    }

    /// <summary>Of a price that goes whole to the partner, and is not odd.</summary>
    private static long PriceOf(Random random) => 4 * random.NextInt64(2, 5_00);

    private Func<Server.Engine.Engine, Task<string?>> Capture(PaymentRow held, long? amount, bool final) =>
        node => SubmitAsync(node, new CapturePayment(world, Scene.Start, held, amount, final));

    private Func<Server.Engine.Engine, Task<string?>> Cancel(PaymentRow held) =>
        node => SubmitAsync(node, new CancelPayment(world, Scene.Start, held));

    private Func<Server.Engine.Engine, Task<string?>> Refund(PaymentRow payment, long? amount) =>
        node =>
            SubmitAsync(
                node,
                new CreateRefund(world, Scene.Start, New<RefundRow>(), payment, amount, Reason: null)
                {
                    MostOwed = 1_000_00,
                }
            );

    private Func<Server.Engine.Engine, Task<string?>> Confirm(ConfirmationRow asked, int account) =>
        node =>
            SubmitAsync(
                node,
                new ConfirmPayment(
                    world,
                    Scene.Start,
                    asked,
                    scene.Accounts[account].CustomerId,
                    scene.Accounts[account],
                    ConfirmationRules.DigestOf(asked, Rows.App.Name),
                    Scene.Pin,
                    Code: null,
                    Scene.Start,
                    holdEnd
                )
                {
                    FeeRuleId = Scene.FeeRuleOf(1, Scene.Start).Id,
                }
            );

    /// <summary>Both at once, each at any node; which is sent first is left to chance. Gives why each was refused.</summary>
    private async Task<string?[]> AtOnceAsync(
        Random random,
        Func<Server.Engine.Engine, Task<string?>> one,
        Func<Server.Engine.Engine, Task<string?>> other
    )
    {
        var (node, another) = (nodes[random.Next(nodes.Count)], nodes[random.Next(nodes.Count)]);
        if (random.Next(2) == 0)
        {
            return await Task.WhenAll(one(node), other(another));
        }

        var sentFirst = other(another);
        return await Task.WhenAll(one(node), sentFirst);
    }

    private static async Task<string?> SubmitAsync<TReply>(
        Server.Engine.Engine node,
        Command<TReply> command
    ) =>
        await Crowd.InsistAsync(() => node.SubmitAsync(command)) switch
        {
            Accepted<TReply> => null,
            Rejected<TReply> rejected => rejected.Refusal.Code,
            var declined => $"{declined}",
        };

    private static int OnlyOneOf(string?[] ends, string firstLost, string secondLost)
    {
        var winner = Array.IndexOf(ends, null);
        Assert.Equal(winner == 0 ? [null, secondLost] : [firstLost, null], ends);
        return winner;
    }

    /// <summary>0 when it was done, 1 when it came too late.</summary>
    private static int FirstOr(string? end, string tooLate)
    {
        Assert.True(end is null || end == tooLate, end);
        return end is null ? 0 : 1;
    }

    private async Task AssertIsAsync(
        PaymentRow payment,
        PaymentState state,
        long? captured,
        long refunded = 0
    )
    {
        var now = (await store.FindAsync(PaymentTables.Payments, world, payment.Id))!;
        Assert.Equal((state, captured, refunded), (now.State, now.Captured, now.Refunded));
    }

    private async Task AssertConfirmedAsync(
        ConfirmationRow asked,
        bool confirmed,
        ConfirmationState otherwise
    )
    {
        var now = (await store.FindAsync(ConfirmationTables.Confirmations, world, new(asked.PaymentId)))!;
        Assert.Equal(confirmed ? ConfirmationState.Confirmed : otherwise, now.State);
        Assert.Equal(
            confirmed,
            await store.FindAsync(PaymentTables.Payments, world, asked.PaymentId) is not null
        );
    }

    private Id<T> New<T>()
        where T : IIdentified => Rows.Id<T>(1_000 + Interlocked.Increment(ref made));
}
