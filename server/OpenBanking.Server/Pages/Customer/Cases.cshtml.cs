using Microsoft.AspNetCore.Mvc;
using OpenBanking.Server.Cases;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Engine;

namespace OpenBanking.Server.Pages;

/// <summary>What the customer asked the bank to look into, and what the bank says.</summary>
public sealed class CustomerCasesModel(CustomerSessions sessions, CaseQueries queries, OwnCases own)
    : CustomerPage(sessions)
{
    /// <summary>The newest first, each with the transaction that it is about, if it is about one.</summary>
    public IReadOnlyList<(ReadCase Case, OwnTransaction? About)> Cases { get; private set; } = [];

    /// <summary>The name of what became of a case: one that was closed before any answer was taken back.</summary>
    public static string StateOf(CaseRow row) =>
        row is { State: CaseState.Closed, AnsweredAt: null } ? "TakenBack" : $"{row.State}";

    public async Task OnGetAsync()
    {
        var cases = new List<(ReadCase, OwnTransaction?)>();
        foreach (var read in await queries.ListAsync(World, CustomerId))
        {
            cases.Add((read, await own.FindTransactionAsync(Session.World, read.Row)));
        }

        Cases = cases;
    }

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

        await own.CloseAsync(Session, found.Row);
        return SeeOther(PageRoutes.Cases(World));
    }
}
