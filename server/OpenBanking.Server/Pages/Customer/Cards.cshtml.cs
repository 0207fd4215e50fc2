using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;

namespace OpenBanking.Server.Pages;

/// <summary>The cards of an account; while one is verified the page loads itself.</summary>
public sealed class CustomerCardsModel(
    CustomerSessions sessions,
    DashboardQueries queries,
    CardDeposits deposits
) : CustomerAccountPage(sessions, queries)
{
    public IReadOnlyList<BoundCardRow> Cards { get; private set; } = [];

    public bool Verifying { get; private set; }

    /// <summary>The number of a card that an amount was sent to; null when there is none.</summary>
    public string? Unproven { get; private set; }

    /// <summary>Why the last card was not added.</summary>
    public string? Refusal { get; private set; }

    /// <summary>The name of the text that says what was done just now; null when nothing was, or it is under way.</summary>
    public string? Done { get; private set; }

    public bool MayChange => Account.State == AccountState.Active;

    /// <param name="done">What the page before has done.</param>
    public async Task OnGetAsync(string? done)
    {
        var verification = await Queries.FindVerificationAsync(World, Account, VerificationPurpose.Card);
        Unproven = await deposits.FindAskedAsync(World, Account) is { } asked
            ? deposits.ElementsOf(asked).CardNumber
            : null;
        Verifying = Unproven is null && verification?.State == VerificationState.Verifying;
        Refusal = verification?.Reason;
        Done = done switch
        {
            "card" when Unproven is null && !Verifying && Refusal is null => "Done_card",
            "default" or "removed" => $"Done_{done}",
            _ => null,
        };
        Cards = await Queries.ListCardsAsync(World, Account);
    }
}
