using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Security;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>A month of an account, to be looked at or printed.</summary>
public sealed class CustomerStatementModel(
    CustomerSessions sessions,
    DashboardQueries queries,
    Statements statements,
    WorldClocks clocks,
    Vault vault
) : CustomerStatementPage(sessions, queries, statements, clocks)
{
    /// <summary>How many lines the page shows; the file has all.</summary>
    private const int MostShown = 2_000;

    public IReadOnlyList<StatementLine> Lines { get; private set; } = [];

    /// <summary>Whose account it is, masked: the sheet may lie about.</summary>
    public string Holder => Masks.Name(vault.ProfileOf(Session).Name);

    public bool HasMore => Lines.Count == MostShown;

    public async Task OnGetAsync()
    {
        if (Statement is { } month)
        {
            Lines = await Statements.ReadAsync(World, month).Take(MostShown).ToListAsync();
        }
        else
        {
            Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }
}
