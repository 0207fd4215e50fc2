using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Cases;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Payments;

namespace OpenBanking.Server.Pages;

/// <summary>Takes a complaint about a line of a statement, or about a payment.</summary>
public sealed class CustomerComplainModel(
    CustomerSessions sessions,
    OwnCases cases,
    IStringLocalizer<Texts> texts
) : CustomerPage(sessions)
{
    public static IReadOnlyList<CaseKind> Kinds { get; } =
    [CaseKind.NotMine, CaseKind.WrongAmount, CaseKind.NotDelivered, CaseKind.RefundMissing, CaseKind.Other];

    /// <summary>Chosen by the customer alone: each says something of somebody else.</summary>
    [BindProperty]
    public CaseKind? Kind { get; set; }

    [BindProperty]
    public string? Text { get; set; }

    /// <summary>The id of this form, which becomes that of the case: sent twice it is one.</summary>
    [BindProperty]
    public Guid Form { get; set; }

    public OwnTransaction About { get; private set; } = null!;

    /// <summary>Why it was not taken.</summary>
    public string? Refusal { get; private set; }

    public void OnGet() => Form = cases.NewForm();

    public async Task<IActionResult> OnPostAsync()
    {
        if (Form == Guid.Empty)
        {
            ModelState.Remove(nameof(Form));
            Form = cases.NewForm();
        }

        if (Kind is not { } chosen || !Kinds.Contains(chosen))
        {
            ModelState.Remove(nameof(Kind));
            ModelState.AddModelError(nameof(Kind), texts["CaseKindMissing"]);
        }

        var text = Text?.ReplaceLineEndings("\n").Trim() ?? "";
        if (!CaseRules.IsText(text))
        {
            ModelState.AddModelError(nameof(Text), texts["CaseTextWrong", CaseRules.LongestText]);
        }

        if (!ModelState.IsValid)
        {
            return Page();
        }

        Refusal = await cases.ComplainAsync(Session, Form, About, Kind!.Value, text);
        return Refusal is null ? SeeOther(PageRoutes.Cases(World)) : Page();
    }

    protected override async Task<bool> PrepareAsync()
    {
        var about = (string?)RouteData.Values["about"];
        var line = (string?)RouteData.Values["line"];
        var found = line is null
            ? Id<PaymentRow>.TryParse(about, out var payment)
                ? await cases.FindPaymentAsync(Session.World, CustomerId, payment)
                : null
            : Id<AccountRow>.TryParse(about, out var account)
                ? await cases.FindLineAsync(Session.World, CustomerId, account, long.Parse(line))
                : null;
        About = found!;
        return found is not null;
    }
}
