using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Deposits;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>What the pages show that ask how much came to a card.</summary>
public interface IDepositPage
{
    World World { get; }

    FiveElements Elements { get; }

    /// <summary>Until when it may be entered.</summary>
    DateTimeOffset Until { get; }

    /// <summary>The text that says so, and how to come back to the page.</summary>
    string UntilText => "DepositUntil";

    /// <summary>The text of the button for another card.</summary>
    string OtherText => "DepositOther";
}

/// <summary>What they do with what was entered.</summary>
internal static class DepositEntry
{
    private const string Field = "Amount";

    /// <summary>Whether there is something else to do now; otherwise says beside the field what is wrong.</summary>
    public static async Task<bool> TryAsync(
        string? entered,
        Func<int, Task<DepositCheck>> enterAsync,
        ModelStateDictionary problems,
        IStringLocalizer<Texts> texts
    )
    {
        // What cannot be an amount is a slip of the finger, and no guess.
        if (Read(entered) is not { } amount)
        {
            problems.AddModelError(Field, texts["DepositForm"]);
            return false;
        }

        if (await enterAsync(amount) != DepositCheck.Wrong)
        {
            return true;
        }

        problems.AddModelError(Field, texts["DepositWrong", DepositRules.MostFailures]);
        return false;
    }

    /// <summary>In fen; null when it is none that is ever sent.</summary>
    private static int? Read(string? entered) =>
        Amounts.TryRead(entered ?? "", out var amount) && amount is > 0 and < 1_00 ? (int)amount : null;
}
