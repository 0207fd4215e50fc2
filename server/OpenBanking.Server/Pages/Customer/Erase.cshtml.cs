using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Erasure;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>Erases the customer's profile, after saying what goes and what stays.</summary>
public sealed class CustomerEraseModel(
    CustomerSessions sessions,
    DashboardQueries queries,
    Erasures erasures,
    SessionCookie cookie,
    BankOptions bank,
    IStringLocalizer<Texts> texts
) : CustomerPage(sessions)
{
    public static IReadOnlyList<string> Removed { get; } =
    ["EraseProfile", "EraseSignIn", "EraseChoices", "EraseCases", "EraseApps"];

    public static IReadOnlyList<string> Kept { get; } = ["KeepIdentity", "KeepLedger", "KeepCards"];

    [BindProperty]
    public string? Pin
    {
        get;
        set => field = PinRules.Read(value);
    }

    /// <summary>What must be closed first.</summary>
    public IReadOnlyList<AccountRow> Open { get; private set; } = [];

    /// <summary>Why nothing was erased.</summary>
    public string? Refusal { get; private set; }

    /// <summary>Of two taps the second one may come when the session is over, too: it is told that it is done.</summary>
    public override async Task OnPageHandlerExecutionAsync(
        PageHandlerExecutingContext context,
        PageHandlerExecutionDelegate next
    )
    {
        if (await IsDoneAsync())
        {
            context.Result = SeeOther(PageRoutes.Erased);
            return;
        }

        await base.OnPageHandlerExecutionAsync(context, next);
        // The session may have ended since it was asked.
        if (context.Result is not null && await IsDoneAsync())
        {
            context.Result = SeeOther(PageRoutes.Erased);
        }
    }

    private async Task<bool> IsDoneAsync()
    {
        var world = new World(int.Parse((string)RouteData.Values["world"]!));
        return cookie.Get(HttpContext, world) is var (id, secret)
            && await Sessions.IsOfErasedAsync(world, id, secret);
    }

    public void OnGet()
    {
        // The form alone.
    }

    public async Task<IActionResult> OnPostAsync()
    {
        // What cannot be a PIN is a slip of the finger, and no guess.
        if (!PinRules.IsSixDigits(Pin))
        {
            ModelState.AddModelError(nameof(Pin), texts["PinSixDigits"]);
            return Page();
        }

        var (check, refusal) = await erasures.EraseAsync(Session, Pin!, texts["EraseMessage", bank.Name]);
        if (check == PinCheck.Right)
        {
            await Sessions.EndAsync(Session);
            cookie.Remove(HttpContext);
            return SeeOther(PageRoutes.Erased);
        }

        Refusal = refusal;
        if (refusal is null)
        {
            ModelState.AddModelError(
                nameof(Pin),
                check == PinCheck.Wrong ? texts["PinWrong"] : texts["PinLocked"]
            );
        }

        return Page();
    }

    protected override async Task<bool> PrepareAsync()
    {
        var accounts = await queries.ListAccountsAsync(World, CustomerId);
        Open = [.. accounts.Where(account => account.State != AccountState.Closed)];
        return true;
    }
}
