using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>Lowers what may go out of an account, and raises it again.</summary>
public sealed class CustomerLimitsModel(
    CustomerSessions sessions,
    DashboardQueries queries,
    OwnAccounts accounts,
    WorldClocks clocks,
    LimitRules rules,
    BankOptions bank,
    IStringLocalizer<Texts> texts
) : CustomerActPage(sessions, queries, texts)
{
    /// <summary>In yuan, as it was entered.</summary>
    [BindProperty]
    public string? PaymentLimit { get; set; }

    [BindProperty]
    public string? DayLimit { get; set; }

    /// <summary>What the rules allow in a day, in fen.</summary>
    public long Most { get; private set; }

    /// <summary>What is left, of what: the names of texts with amounts in fen.</summary>
    public IReadOnlyList<(string Name, long Left, long Most)> Left { get; private set; } = [];

    protected override string DoneRoute => PageRoutes.Account(World, Account.Id, done: "limits");

    /// <summary>What contradicts the limit of a day is said beside the one at once.</summary>
    protected override string? FieldOf(string refusal) =>
        refusal switch
        {
            OwnAccountRules.Refusals.PinNeeded => nameof(Pin),
            OwnAccountRules.Refusals.LimitsContradict => nameof(PaymentLimit),
            OwnAccountRules.Refusals.LimitAboveRules => IsAllowed(PaymentLimit)
                ? nameof(DayLimit)
                : nameof(PaymentLimit),
            _ => null,
        };

    private bool IsAllowed(string? limit) =>
        string.IsNullOrWhiteSpace(limit)
        || (Amounts.TryRead(limit, out var amount) && amount > 0 && amount <= Most);

    public void OnGet()
    {
        PaymentLimit = Account.PaymentLimit is { } payment ? Amounts.Plain(payment) : null;
        DayLimit = Account.DayLimit is { } day ? Amounts.Plain(day) : null;
    }

    public async Task<IActionResult> OnPostAsync()
    {
        var payment = Read(PaymentLimit, nameof(PaymentLimit));
        var day = Read(DayLimit, nameof(DayLimit));
        if (!string.IsNullOrEmpty(Pin))
        {
            RequirePin();
        }

        return ModelState.IsValid
            ? DoneUnless(
                await accounts.SetLimitsAsync(
                    Session,
                    Account,
                    payment,
                    day,
                    string.IsNullOrEmpty(Pin) ? null : Pin,
                    Texts["LimitsRaisedMessage", bank.Name, Account.LastFour]
                )
            )
            : Page();
    }

    protected override async Task<bool> PrepareAsync()
    {
        if (!await base.PrepareAsync())
        {
            return false;
        }

        var (today, ofDay, ofYear) = AccountRules.OutflowAt(Account, await clocks.NowAsync(World));
        var limits = rules.For(Account.Type, today);
        Most = limits.DailyOutflow;
        Left =
        [
            Of("LimitToday", AccountRules.DayLimitOf(Account, limits), ofDay),
            Of("LimitThisYear", limits.YearlyOutflow, ofYear),
        ];
        if (limits.MostBalance is { } most)
        {
            Left = [.. Left, Of("LimitBalance", most, AccountRules.BalanceOf(Account))];
        }

        return true;
    }

    /// <summary>A limit that was lowered below what has gone out already leaves nothing.</summary>
    private static (string Name, long Left, long Most) Of(string name, long most, long used) =>
        (name, Math.Max(0, most - used), most);

    private long? Read(string? text, string field)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        var isRead = Amounts.TryRead(text, out var amount);
        if (amount > Most || Amounts.IsTooLarge(text))
        {
            ModelState.AddModelError(field, Texts["LimitWrong", Amounts.Yuan(Most)]);
        }
        else if (!isRead)
        {
            ModelState.AddModelError(field, Texts["AmountWrong"]);
        }

        return amount;
    }
}
