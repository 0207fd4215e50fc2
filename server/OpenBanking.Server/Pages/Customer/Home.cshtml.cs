using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>What the customer has here: accounts, what apps may do, and coupons.</summary>
public sealed class CustomerHomeModel(
    CustomerSessions sessions,
    SessionCookie cookie,
    PaymentCookie waiting,
    DashboardQueries queries,
    WorldClocks clocks,
    IStringLocalizer<Texts> texts
) : CustomerPage(sessions)
{
    public IReadOnlyList<AccountRow> Accounts { get; private set; } = [];

    public IReadOnlyList<AppAccess> Access { get; private set; } = [];

    public IReadOnlyList<OwnCoupon> Coupons { get; private set; } = [];

    public string MaskedMobile => Masks.Mobile(Sessions.MobileOf(Session));

    /// <summary>Whoever signed in to confirm a payment goes on to it.</summary>
    public async Task<IActionResult> OnGetAsync()
    {
        if (waiting.Take(HttpContext, World) is { } payment)
        {
            return SeeOther(PageRoutes.Confirm(World, payment));
        }

        var now = await clocks.NowAsync(World);
        Accounts = await queries.ListAccountsAsync(World, CustomerId);
        Access = await queries.ListAccessAsync(World, CustomerId, now);
        Coupons = await queries.ListCouponsAsync(World, CustomerId, now);
        return Page();
    }

    public async Task<IActionResult> OnPostSignOutAsync()
    {
        await Sessions.EndAsync(Session);
        cookie.Remove(HttpContext);
        return SeeOther($"{PageRoutes.SignOut}?done=true");
    }

    /// <summary>What an app may do, in a line.</summary>
    public string Summary(AppAccess access) =>
        string.Join(
            texts["ListSeparator"],
            AuthorizationDetails
                .Read(access.Consent.Details)
                .Where(detail => detail is not AccountOpening)
                .Select(detail => texts[$"Short_{AuthorizationDetails.TypeOf(detail)}"].Value)
        );

    public string LastUsed(AppAccess access) =>
        access.LastUsedOn is { } day ? texts["LastUsed", Times.Date(day)] : texts["NotUsed"];

    public static string NameOf(CouponStockRow stock) =>
        CultureInfo.CurrentUICulture.Name == "en" ? stock.NameEn : stock.NameZh;
}
