using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;

namespace OpenBanking.Server.Pages;

/// <summary>One thing that an app may do, to be said in plain words.</summary>
/// <param name="Account">The account it is for.</param>
/// <param name="Card">The card that is bound to the account; null where a code alone led to the page, which then names none.</param>
public sealed record Grant(string App, AccountRow Account, BoundCardRow? Card, AuthorizationDetail Detail)
{
    /// <summary>Whether the customer chooses the account on the same page, so that the words name none.</summary>
    public bool IsToBeChosen { get; init; }

    /// <summary>Whether the account was opened on the way to this page.</summary>
    public bool IsOpened { get; init; }
}
