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
}

/// <summary>An order of one month of videos.</summary>
public sealed record MembershipOrder(string OrderNo, string? UserId, OrderState State, string? PaymentId);

/// <summary>A user of the video app, who that is at the bank, and how many top-ups and vouchers the bank has answered: the next
/// one has the next number.</summary>
public sealed record VideoUser(
    string Id,
    string? CustomerId = null,
    string? AccountId = null,
    string? AgreementId = null,
    string? CouponId = null,
    int TopUps = 0,
    int Vouchers = 0
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

    public VideoUser FindUser(string id)
    {
        lock (changing)
        {
            return data.Users.GetValueOrDefault(id) ?? new VideoUser(id);
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
            return data.Orders.Values.Where(order => order.UserId == userId).MaxBy(order => order.OrderNo);
        }
    }

    public MembershipOrder NewOrder(string? userId)
    {
        // Time-ordered, so that the newest order is the last by number.
        var order = new MembershipOrder(
            $"video-{Guid.CreateVersion7():N}",
            userId,
            OrderState.Ordered,
            PaymentId: null
        );
        Save(order);
        return order;
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
        Dictionary<string, MembershipOrder> Orders
    );
}
