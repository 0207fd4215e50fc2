using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Engine;

namespace OpenBanking.Server.Pages;

/// <summary>A page that brings money between an account and one of its cards: it asks how much and which card, then shows both
/// and asks for the PIN.</summary>
public abstract class CustomerTransferPage(
    CustomerSessions sessions,
    DashboardQueries queries,
    BankOptions bank,
    IStringLocalizer<Texts> texts
) : CustomerActPage(sessions, queries, texts)
{
    /// <summary>In yuan, as it was entered. What the page has come to is in its address, so that loading it again, going back or another
    /// language shows the same.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Amount { get; set; }

    /// <summary>The id of the chosen card.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Card { get; set; }

    /// <summary>The id of this form, which becomes that of the transfer: sent twice it is one. It is in the address that the form is
    /// sent to, too, so that whoever comes back to that finds what became of it.</summary>
    [BindProperty(SupportsGet = true)]
    public Guid Form { get; set; }

    /// <summary>The one-time code, where one is needed.</summary>
    [BindProperty]
    public string? Code { get; set; }

    /// <summary>The id of the code that was sent last; empty when none was.</summary>
    [BindProperty(SupportsGet = true)]
    public Guid CodeId { get; set; }

    /// <summary>The id that the code gets which is asked for: of two taps one sends it.</summary>
    [BindProperty]
    public Guid NextCode { get; set; }

    /// <summary>What it is called in the names of texts and pages.</summary>
    public abstract string Act { get; }

    /// <summary>The most that can be brought now, in fen; null when nothing bounds it here.</summary>
    public abstract long? Most { get; }

    /// <summary>Why nothing can be brought now; null when something can.</summary>
    public string? WhyNot =>
        AccountRules.DeclineOf(Account.State) is { } decline ? $"Own_{decline}"
        : Most <= 0 ? $"Transfer_{Act}_none"
        : null;

    /// <summary>The page itself says what hinders, beside where a form that was sent has led.</summary>
    public override string? WhyNotNow => null;

    /// <summary>The cards of the account, its default one first.</summary>
    public IReadOnlyList<BoundCardRow> Cards { get; private set; } = [];

    public BoundCardRow Chosen { get; private set; } = null!;

    /// <summary>What was entered, in fen.</summary>
    public long Entered { get; private set; }

    /// <summary>Whether the PIN alone is not enough for what was entered.</summary>
    public bool NeedsCode { get; private set; }

    public bool CodeSent => CodeId != Guid.Empty;

    public string Mobile => Sessions.MobileOf(Session);

    /// <summary>Whether amount and card stand, and the PIN is asked for.</summary>
    public bool Confirming { get; private set; }

    /// <summary>What its address says of how far it is, once amount and card stand.</summary>
    public string Reached =>
        $"form={Form}&amount={Amounts.Plain(Entered)}&card={Chosen.Id}"
        + (CodeSent ? $"&codeId={CodeId}" : "");

    protected BankOptions Bank { get; } = bank;

    private string ReachedRoute => $"{PageRoutes.Account(World, Account.Id)}/{Act}?{Reached}";

    protected override string DoneRoute => PageRoutes.Transfer(World, Account.Id, Act, Form);

    /// <summary>The form of the address as long as it has brought nothing: it may be under way, and another one would bring the money
    /// once more.</summary>
    public async Task<IActionResult> OnGetAsync()
    {
        if (await IsKnownAsync())
        {
            return SeeOther(DoneRoute);
        }

        Confirming = Amount is not null && await IsRightAsync();
        return Page();
    }

    /// <summary>Amount and card were entered.</summary>
    public async Task<IActionResult> OnPostAsync()
    {
        if (await IsKnownAsync())
        {
            return SeeOther(DoneRoute);
        }

        return await IsRightAsync() ? SeeOther(ReachedRoute) : Page();
    }

    /// <summary>A code is to be sent.</summary>
    public async Task<IActionResult> OnPostCodeAsync()
    {
        if (await IsKnownAsync())
        {
            return SeeOther(DoneRoute);
        }

        Confirming = await IsRightAsync();
        if (!Confirming || !NeedsCode)
        {
            return Page();
        }

        var asked = NextCode == Guid.Empty ? NewForm() : NextCode;
        var refusal = await SendCodeAsync(asked);
        if (refusal is null)
        {
            CodeId = asked;
            return SeeOther(ReachedRoute);
        }

        if (refusal is TooManyCodes tooMany)
        {
            ModelState.AddModelError(nameof(Code), CodeEntry.Write(tooMany, Texts));
            return Page();
        }

        Confirming = false;
        return DoneUnless(refusal.Code);
    }

    /// <summary>The PIN was entered, too, and the code where one is needed.</summary>
    public async Task<IActionResult> OnPostConfirmAsync()
    {
        // Of two taps one brings the money, and the other finds it done.
        if (await IsKnownAsync())
        {
            return SeeOther(DoneRoute);
        }

        Confirming = await IsRightAsync();
        if (!Confirming || (NeedsCode && !CodeSent))
        {
            return Page();
        }

        RequirePin();
        var digits = IdentityNumbers.Read(Code);
        if (NeedsCode && !OneTimeCodeRules.MayBeCode(digits))
        {
            ModelState.AddModelError(nameof(Code), Texts["CodeWrong"]);
        }

        if (!ModelState.IsValid)
        {
            return Page();
        }

        var notice = Texts[
            $"Transfer_{Act}_message",
            Bank.Name,
            Amounts.Yuan(Entered),
            Chosen.LastFour,
            Account.LastFour
        ];
        var refusal = await BringAsync(
            new(
                Form,
                Chosen,
                Entered,
                Pin!,
                NeedsCode ? new(CodeId, digits) : null,
                CultureInfo.CurrentUICulture.Name,
                notice
            )
        );
        if (TextOfCode(refusal) is { } wrong)
        {
            ModelState.AddModelError(nameof(Code), Texts[wrong]);
            return Page();
        }

        var result = DoneUnless(refusal);
        Confirming = Refusal is null;
        return result;
    }

    /// <summary>The text of a refusal of the code; null for any other.</summary>
    private static string? TextOfCode(string? refusal) =>
        refusal switch
        {
            OwnAccounts.CodeWrong => "CodeWrong",
            OwnAccounts.CodeOver => "CodeOver",
            OwnAccounts.CodeLocked => "CodeLocked",
            _ => null,
        };

    /// <summary>An id for what is sent next.</summary>
    public abstract Guid NewForm();

    /// <summary>Whether this form has brought something already.</summary>
    protected abstract Task<bool> IsDoneAsync();

    /// <summary>Gives why it was not brought, or null.</summary>
    protected abstract Task<string?> BringAsync(OwnTransfer transfer);

    /// <summary>Whether so much needs a one-time code beside the PIN.</summary>
    protected virtual Task<bool> NeedsCodeAsync() => Task.FromResult(false);

    /// <summary>Sends a code for what was entered; gives why none was sent, or null.</summary>
    protected virtual Task<Refusal?> SendCodeAsync(Guid codeId) =>
        throw new InvalidOperationException($"{Act} needs no code.");

    protected override async Task<bool> PrepareAsync()
    {
        if (!await base.PrepareAsync())
        {
            return false;
        }

        Cards = await Queries.ListCardsAsync(World, Account);
        Chosen = Cards[0];
        return true;
    }

    /// <summary>A form that says no id of its own is a new one.</summary>
    private async Task<bool> IsKnownAsync()
    {
        if (Form != Guid.Empty)
        {
            return await IsDoneAsync();
        }

        ModelState.Remove(nameof(Form));
        Form = NewForm();
        return false;
    }

    /// <summary>Whether amount and card are what can be brought; else says beside the field what is wrong.</summary>
    private async Task<bool> IsRightAsync()
    {
        if (Cards.FirstOrDefault(card => card.Id.ToString() == Card) is { } chosen)
        {
            Chosen = chosen;
        }
        else if (!string.IsNullOrEmpty(Card))
        {
            ModelState.AddModelError(nameof(Card), Texts["Own_card_not_bound"]);
        }

        var isRead = Amounts.TryRead(Amount ?? "", out var amount);
        if (amount > Most || Amounts.IsTooLarge(Amount ?? ""))
        {
            ModelState.AddModelError(
                nameof(Amount),
                Texts[$"Transfer_{Act}_too_much", Amounts.Yuan(Most ?? Amounts.Most)]
            );
        }
        else if (!isRead || amount == 0)
        {
            ModelState.AddModelError(nameof(Amount), Texts["AmountWrong"]);
        }

        Entered = amount;
        NeedsCode = await NeedsCodeAsync();
        return WhyNot is null && ModelState.IsValid;
    }
}
