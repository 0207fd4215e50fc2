using OpenBanking.Server.Dashboard;

namespace OpenBanking.Server.Pages;

/// <summary>What was paid by agreement, without asking the customer each time.</summary>
public sealed class CustomerPaymentsModel(CustomerSessions sessions, DashboardQueries queries)
    : CustomerPage(sessions)
{
    public IReadOnlyList<UnaskedPayment> Unasked { get; private set; } = [];

    public async Task OnGetAsync() => Unasked = await queries.ListUnaskedPaymentsAsync(World, CustomerId);
}
