using System.Collections.Concurrent;
using System.Text;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Refunds;
using OpenBanking.Server.Storage;
using OpenBanking.Server.TopUps;
using OpenBanking.Server.Worlds;
using OpenBanking.Tests.Rules.Sequences;

namespace OpenBanking.Tests.Storage.Sequences;

/// <summary>Partners who ask whichever node is next, and now and then both for the same.</summary>
internal sealed class Crowd(IReadOnlyList<Server.Engine.Engine> nodes, Store store, World world, Scene scene)
{
    private const int Orders = 40;
    private const int Attempts = 20;

    private static readonly DateTimeOffset holdEnd = Scene.Start.AddHours(1);

    private readonly ConcurrentBag<Id<CouponRow>> coupons = [];
    private readonly ConcurrentDictionary<string, int> outcomes = [];
    private int made;

    /// <summary>What it came to, and how often.</summary>
    public string Report =>
        string.Join(", ", outcomes.OrderBy(pair => pair.Key).Select(pair => $"{pair.Value} {pair.Key}"));

    public async Task ActAsync(Random random, int acts)
    {
        for (var act = 0; act < acts; act++)
        {
            var agreement = scene.Agreements[random.Next(scene.Agreements.Count)];
            await (
                random.Next(18) switch
                {
                    < 5 => PayAsync(random, agreement, holdUntil: null),
                    < 8 => PayAsync(random, agreement, holdEnd),
                    < 12 => MoveHoldAsync(random),
                    < 14 => TopUpAsync(random, agreement),
                    < 15 => IssueAsync(random, agreement),
                    < 17 => RefundAsync(random),
                    _ => RevokeAsync(random, scene.Agreements[^1]),
                }
            );
        }
    }

    /// <param name="holdUntil">When the money is held first, the end of the hold.</param>
    private Task<Guid?> PayAsync(Random random, AgreementRow agreement, DateTimeOffset? holdUntil)
    {
        var owned = coupons.ToArray();
        Id<CouponRow>? coupon =
            owned.Length > 0 && random.Next(2) == 0 ? owned[random.Next(owned.Length)] : null;
        var app = agreement.AppId == Rows.App.Id ? 1 : 2;
        var (order, amount) = ($"order-{random.Next(Orders)}", random.Next(1, 60_00));
        return SubmitAsync(
            random,
            () =>
                new CreatePayment(
                    world,
                    Scene.Start,
                    New<PaymentRow>(),
                    agreement,
                    order,
                    amount,
                    coupon,
                    Description: null,
                    holdUntil
                )
                {
                    FeeRuleId = Scene.FeeRuleOf(app, Scene.Start).Id,
                    Shares = Scene.SplitsOf(app, amount),
                },
            payment => payment.Id.Value
        );
    }

    /// <summary>Captures, cancels or ends a hold, whatever somebody else does with it at the same moment.</summary>
    private async Task MoveHoldAsync(Random random)
    {
        var held = await store.ListAsync(PaymentTables.Payments, world, $"state = {PaymentState.Authorized}");
        if (held.Count == 0)
        {
            return;
        }

        var payment = held[random.Next(held.Count)];
        long? amount = random.Next(3) == 0 ? null : random.NextInt64(1, payment.Amount + 1);
        var final = random.Next(2) == 0;
        HoldCommand move = random.Next(8) switch
        {
            < 5 => new CapturePayment(world, Scene.Start, payment, amount, final),
            < 7 => new CancelPayment(world, Scene.Start, payment),
            _ => new ExpirePayment(world, holdEnd, payment),
        };
        await SubmitAsync(random, () => move, moved => moved.Id.Value);
    }

    private async Task TopUpAsync(Random random, AgreementRow agreement)
    {
        var amount = random.Next(1, 100_00);
        var id = await SubmitAsync(
            random,
            () =>
                new CreateTopUp(
                    world,
                    Scene.Start,
                    New<TopUpRow>(),
                    New<IntentRow>(),
                    agreement,
                    amount,
                    Scene.Start
                ),
            topUp => topUp.Id.Value
        );
        if (id is null || await store.FindAsync(TopUpTables.TopUps, world, new(id.Value)) is not { } asked)
        {
            return;
        }

        if (await store.FirstAsync(IntentTables.Intents, world, $"subject_id = {id.Value}") is { } intent)
        {
            // The card's bank may answer twice, each time at another node.
            var answer = random.Next(3) == 0 ? DeclineCodes.CardRefused : null;
            var complete = new CompleteTopUp(world, Scene.Start, intent.Id, asked, answer);
            await Task.WhenAll(nodes.Select(node => InsistAsync(() => node.SubmitAsync(complete))));
        }
    }

    private async Task IssueAsync(Random random, AgreementRow agreement)
    {
        var stock = scene.Stocks[random.Next(scene.Stocks.Count)];
        var id = await SubmitAsync(
            random,
            () =>
                new IssueCoupon(
                    world,
                    Scene.Start,
                    New<CouponRow>(),
                    stock.Id,
                    stock.CampaignId,
                    agreement.CustomerId,
                    agreement.AppId,
                    agreement.ConsentId
                ),
            coupon => coupon.Id.Value
        );
        if (id is { } issued)
        {
            coupons.Add(new(issued));
        }
    }

    private async Task RefundAsync(Random random)
    {
        var payments = await store.ListAsync(
            PaymentTables.Payments,
            world,
            $"state <> {PaymentState.Failed}"
        );
        var payment = payments[random.Next(payments.Count)];
        if (payment.PartnerId == Scene.EarlierPartner)
        {
            return;
        }

        long? amount = random.Next(2) == 0 ? null : random.NextInt64(1, payment.Amount + 1);
        await SubmitAsync(
            random,
            () => new CreateRefund(world, Scene.Start, New<RefundRow>(), payment, amount, Reason: null),
            refund => refund.Id.Value
        );
    }

    private Task RevokeAsync(Random random, AgreementRow agreement) =>
        random.Next(8) > 0
            ? Task.CompletedTask
            : InsistAsync(() =>
                nodes[random.Next(nodes.Count)]
                    .SubmitAsync(new RevokeConsent(world, Scene.Start, agreement.ConsentId, agreement.Id))
            );

    /// <summary>Sends a request to one node, or at once to both under one key: then it is done once, and both give the same
    /// answer. Gives the id of what was made.</summary>
    private async Task<Guid?> SubmitAsync<TReply>(
        Random random,
        Func<Command<TReply>> make,
        Func<TReply, Guid> idOf
    )
    {
        var number = Interlocked.Increment(ref made);
        var request = new KeyedRequest(
            Rows.App.Id.Value,
            $"key-{number}",
            new Guid(number, 9, 9, new byte[8])
        );
        var asked = random.Next(3) == 0 ? nodes : [nodes[random.Next(nodes.Count)]];
        var ends = await Task.WhenAll(
            asked.Select(node =>
                InsistAsync(() =>
                    node.SubmitAsync(make(), request, reply => new(201, idOf(reply), Body(idOf(reply))))
                )
            )
        );

        foreach (var end in ends)
        {
            outcomes.AddOrUpdate(Name(end), 1, (_, times) => times + 1);
        }

        Guid[] answers = [.. ends.Select(IdOf).OfType<Guid>().Distinct()];
        Assert.InRange(answers.Length, 0, 1);
        Assert.Equal(answers.Length, ends.Count(end => end is KeyedOutcome.Fresh));
        return answers is [var id] ? id : null;
    }

    /// <summary>A node that was overtaken too often says that it is busy, and did nothing.</summary>
    public static async Task<T> InsistAsync<T>(Func<Task<T>> submit)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await submit();
            }
            catch (EngineBusyException) when (attempt < Attempts)
            {
                await Task.Delay(attempt);
            }
        }
    }

    private Id<T> New<T>()
        where T : IIdentified => Rows.Id<T>(1_000 + Interlocked.Increment(ref made));

    private static byte[] Body(Guid id) => Encoding.UTF8.GetBytes($"{id}");

    private static Guid? IdOf(KeyedOutcome outcome) =>
        outcome switch
        {
            KeyedOutcome.Fresh fresh => fresh.Answer.ResourceId,
            KeyedOutcome.Known known => known.Row.ResourceId,
            _ => null,
        };

    private static string Name(KeyedOutcome outcome) =>
        outcome switch
        {
            KeyedOutcome.Refused refused => refused.Refusal.Code,
            KeyedOutcome.Known => "known",
            _ => "done",
        };
}
