using System.Collections.Concurrent;
using System.Text.Json;

namespace OpenBanking.Samples.VideoMembership;

public enum OrderState
{
    Ordered,
    Paid,
    Delivered,
    Refunded,

    /// <summary>The bank takes no payment for it any more.</summary>
    Closed,

    /// <summary>Its month is over, and the next one was not charged.</summary>
    Lapsed,
}

/// <summary>An order of one month of videos.</summary>
/// <param name="AgreementId">What it is renewed under; null for one that was paid once.</param>
/// <param name="PaidUntil">When its month is over: known once it is delivered, and of a renewal before.</param>
public sealed record MembershipOrder(
    string OrderNo,
    string? UserId,
    OrderState State,
    string? PaymentId,
    string? AgreementId = null,
    DateTimeOffset? PaidUntil = null
);

/// <summary>A user of the video app, who that is at the bank, and how many top-ups and vouchers the bank has answered: the next
/// one has the next number.</summary>
/// <param name="FormerConsents">What links before this one gave, and is still to be ended at the bank.</param>
public sealed record VideoUser(
    string Id,
    string? CustomerId = null,
    string? ConsentId = null,
    string? AccountId = null,
    string? AgreementId = null,
    string? CouponId = null,
    int TopUps = 0,
    int Vouchers = 0,
    IReadOnlyList<string>? FormerConsents = null
);

/// <summary>The video app's own data: users and orders, in a file, since a sample needs no database.</summary>
public sealed class Shop
{
    private readonly Lock changing = new();
    private readonly ConcurrentDictionary<string, SemaphoreSlim> turns = new();
    private readonly string file;
    private Data data;

    public Shop(string folder)
    {
        PrivateFile.CreateFolder(folder);
        file = Path.Combine(folder, "shop.json");
        data = File.Exists(file) ? JsonSerializer.Deserialize<Data>(File.ReadAllText(file))! : new([], []);
    }

    public static Money Price { get; } = Money.Yuan(19.90m);

    /// <summary>Where the events that have been taken in end; null before the first.</summary>
    public string? EventCursor
    {
        get
        {
            lock (changing)
            {
                return data.EventCursor;
            }
        }
        set => Change(() => data = data with { EventCursor = value });
    }

    public VideoUser FindUser(string id)
    {
        lock (changing)
        {
            return data.Users.GetValueOrDefault(id) ?? new VideoUser(id);
        }
    }

    /// <summary>Keeps who the user is at the bank now. The link takes the place of the one before, whose consent is to be ended; a
    /// membership of the same customer goes on under the new agreement.</summary>
    public void Link(string userId, LinkedCustomer customer)
    {
        lock (changing)
        {
            var user = FindUser(userId);
            var isSame = customer.CustomerId == user.CustomerId;
            if (isSame && FindOrderOf(userId) is { State: OrderState.Delivered, AgreementId: not null } order)
            {
                Save(order with { AgreementId = customer.AgreementId });
            }

            Save(
                user with
                {
                    CustomerId = customer.CustomerId,
                    ConsentId = customer.ConsentId,
                    AccountId = customer.AccountId,
                    AgreementId = customer.AgreementId,
                    CouponId = isSame ? user.CouponId : null,
                    FormerConsents =
                        user.ConsentId is { } former && former != customer.ConsentId
                            ? [.. user.FormerConsents ?? [], former]
                            : user.FormerConsents,
                }
            );
        }
    }

    public MembershipOrder? FindOrder(string orderNo)
    {
        lock (changing)
        {
            return data.Orders.GetValueOrDefault(orderNo);
        }
    }

    /// <summary>The user's newest order.</summary>
    public MembershipOrder? FindOrderOf(string userId)
    {
        lock (changing)
        {
            return data
                .Orders.Values.Where(order => order.UserId == userId)
                .MaxBy(order => order.OrderNo, StringComparer.Ordinal);
        }
    }

    public MembershipOrder NewOrder(string? userId, string? agreementId = null)
    {
        // Time-ordered, so that the newest order is the last by number, compared byte by byte: in some languages aa comes after z.
        var order = new MembershipOrder(
            $"video-{Guid.CreateVersion7():N}",
            userId,
            OrderState.Ordered,
            PaymentId: null,
            agreementId
        );
        Save(order);
        return order;
    }

    /// <summary>The newest orders whose month is over by then, and renewals of which it is not known whether they were
    /// charged.</summary>
    public IReadOnlyList<MembershipOrder> FindDue(DateTimeOffset at)
    {
        lock (changing)
        {
            return
            [
                .. data
                    .Orders.Values.Where(order => order.UserId is not null)
                    .GroupBy(order => order.UserId)
                    .Select(ofUser => ofUser.MaxBy(order => order.OrderNo, StringComparer.Ordinal)!)
                    .Where(newest =>
                        newest.AgreementId is not null
                        && (
                            newest is { State: OrderState.Ordered, PaidUntil: not null }
                            || (newest.State == OrderState.Delivered && newest.PaidUntil <= at)
                        )
                    ),
            ];
        }
    }

    /// <summary>The order of the next month: the same one, however often it is asked for.</summary>
    public MembershipOrder Renew(MembershipOrder order)
    {
        var next = order with
        {
            OrderNo = $"video-{order.OrderNo.Split('-')[1]}-{order.PaidUntil:yyyyMM}",
            State = OrderState.Ordered,
            PaymentId = null,
            PaidUntil = order.PaidUntil!.Value.AddMonths(1),
        };
        Save(next);
        return next;
    }

    /// <summary>Its month is not renewed, unless an event has said otherwise meanwhile.</summary>
    public void Lapse(MembershipOrder seen)
    {
        lock (changing)
        {
            if (FindOrder(seen.OrderNo) == seen)
            {
                Save(seen with { State = OrderState.Lapsed });
            }
        }
    }

    /// <summary>Takes in what the bank says happened. Events come in no promised order, and may come again: a refund stays
    /// one.</summary>
    public void Apply(WebhookEvent happened)
    {
        lock (changing)
        {
            if (happened.Data.OrderNo is not { } orderNo || FindOrder(orderNo) is not { } order)
            {
                return;
            }

            if (happened.Type == EventTypes.PaymentRefunded)
            {
                Save(order with { State = OrderState.Refunded, PaymentId = happened.Data.PaymentId });
            }
            else if (
                happened.Type == EventTypes.PaymentCaptured
                && order.State != OrderState.Refunded
                && !(order.State == OrderState.Lapsed && order.PaymentId == happened.Data.PaymentId)
            )
            {
                Save(
                    order with
                    {
                        State = OrderState.Delivered,
                        PaymentId = happened.Data.PaymentId,
                        PaidUntil = order.PaidUntil ?? happened.CreatedAt.AddMonths(1),
                    }
                );
            }
        }
    }

    /// <summary>Waits until nothing else is done for the user; disposed, it lets the next one go. An app on several machines
    /// locks the user's row in its database.</summary>
    public async Task<IDisposable> TakeTurnAsync(string userId, CancellationToken cancellationToken)
    {
        var turn = turns.GetOrAdd(userId, _ => new SemaphoreSlim(1));
        await turn.WaitAsync(cancellationToken);
        return new Turn(turn);
    }

    /// <summary>The webhook is usually there before the page; a page that comes first shows the old state.</summary>
    public async Task WaitForDeliveryAsync(string orderNo, CancellationToken cancellationToken)
    {
        for (var i = 0; i < 20 && FindOrder(orderNo)?.State != OrderState.Delivered; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
        }
    }

    public void Save(MembershipOrder order) => Change(() => data.Orders[order.OrderNo] = order);

    public void Save(VideoUser user) => Change(() => data.Users[user.Id] = user);

    private void Change(Action change)
    {
        lock (changing)
        {
            change();
            PrivateFile.Write(file, JsonSerializer.SerializeToUtf8Bytes(data));
        }
    }

    private sealed class Turn(SemaphoreSlim taken) : IDisposable
    {
        public void Dispose() => taken.Release();
    }

    private sealed record Data(
        Dictionary<string, VideoUser> Users,
        Dictionary<string, MembershipOrder> Orders,
        string? EventCursor = null
    );
}
