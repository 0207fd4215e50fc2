using Microsoft.AspNetCore.Mvc;
using OpenBanking.Server.Cases;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Engine;

namespace OpenBanking.Server.Pages;

/// <summary>What the customer asked the bank to look into, and what the bank says.</summary>
public sealed class CustomerCasesModel(CustomerSessions sessions, CaseQueries queries, OwnCases cases)
    : CustomerPage(sessions)
{
    public IReadOnlyList<ReadCase> Cases { get; private set; } = [];

    public async Task OnGetAsync() => Cases = await queries.ListAsync(World, CustomerId);

    /// <param name="id">The case to close.</param>
    public async Task<IActionResult> OnPostAsync(string? id)
    {
        if (
            !Id<CaseRow>.TryParse(id, out var parsed)
            || await queries.FindAsync(World, CustomerId, parsed) is not { } found
        )
        {
            return Fail(PageFailures.NotFound);
        }

        await cases.CloseAsync(Session, found.Row);
        return SeeOther(PageRoutes.Cases(World));
    }
}
