namespace OpenBanking.Server.Authorization;

/// <summary>The scopes that authorization details need: those of the routes that ask for both.</summary>
public static class DetailScopes
{
    /// <summary>The scope a type needs; null for one that gives nothing through a customer's token: an opening gives no right, and
    /// an agreement is used with the app's own.</summary>
    public static string? Of(string type) =>
        type switch
        {
            AccountInformation.TypeName => Scopes.Accounts,
            CouponWallet.TypeName => Scopes.Coupons,
            _ => null,
        };

    /// <summary>Of some scopes those that the details need, and those that need no details; none may be left.</summary>
    public static string[] Narrow(IEnumerable<string> scopes, IReadOnlyList<AuthorizationDetail> details) =>
        [
            .. scopes.Where(scope =>
                scope == Scopes.OpenId
                || details.Any(detail => Of(AuthorizationDetails.TypeOf(detail)) == scope)
            ),
        ];
}
