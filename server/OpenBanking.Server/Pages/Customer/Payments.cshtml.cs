using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Payments;

namespace OpenBanking.Server.Pages;

/// <summary>What was paid by agreement, without asking the customer each time.</summary>
public sealed class CustomerPaymentsModel(CustomerSessions sessions, DashboardQueries queries)
    : CustomerPage(sessions)
{
    public IReadOnlyList<UnaskedPayment> Unasked { get; private set; } = [];

    public async Task OnGetAsync() => Unasked = await queries.ListUnaskedPaymentsAsync(World, CustomerId);

    /// <summary>What the customer paid; of a hold that ended with nothing taken, what was held.</summary>
    public static long AmountOf(PaymentRow payment) =>
        payment.State is PaymentState.Canceled or PaymentState.Expired
            ? payment.Authorized!.Value
            : payment.CustomerAmount;
}
