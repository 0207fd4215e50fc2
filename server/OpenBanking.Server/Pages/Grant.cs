using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;

namespace OpenBanking.Server.Pages;

/// <summary>One thing that an app may do, to be said in plain words.</summary>
public sealed record Grant(string App, AccountRow Account, BoundCardRow Card, AuthorizationDetail Detail);
