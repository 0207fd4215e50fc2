using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;

namespace OpenBanking.Server.Payments;

/// <summary>Remembers which payments this node has held last, so that a capture or cancellation does not read them once more
/// than its batch does. They are kept as they were made, for what never changes in them: who holds what for whom.</summary>
public sealed class HeldPayments
{
    private const int MostInGeneration = 10_000;
    private readonly RecentlyUsed<PaymentRow> held = new(MostInGeneration);

    /// <summary>Once its commit was made; the id of one that came to nothing is told to nobody.</summary>
    public void Keep(PaymentRow payment) => held.Keep(payment.Id.ToString(), payment);

    /// <summary>A payment of this app; null when it is not remembered, which says nothing.</summary>
    public PaymentRow? Find(Id<AppRow> app, Id<PaymentRow> id) =>
        held.Find(id.ToString()) is { } payment && payment.AppId == app ? payment : null;
}
