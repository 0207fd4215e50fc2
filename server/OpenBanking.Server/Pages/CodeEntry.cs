using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Customers;

namespace OpenBanking.Server.Pages;

/// <summary>What the pages that ask for a one-time code do with what was entered.</summary>
internal static class CodeEntry
{
    private const string Field = "Code";

    /// <summary>Gives the new secret of the browser when the code is right; otherwise says beside the field what is
    /// wrong.</summary>
    public static async Task<string?> TryAsync(
        string? entered,
        Func<string, Task<(CodeCheck Check, string? Secret)>> enterAsync,
        ModelStateDictionary problems,
        IStringLocalizer<Texts> texts
    )
    {
        // What cannot be a code is a slip of the finger, and no guess.
        var code = IdentityNumbers.Read(entered);
        if (!OneTimeCodeRules.MayBeCode(code))
        {
            problems.AddModelError(Field, texts["CodeWrong"]);
            return null;
        }

        var (check, secret) = await enterAsync(code);
        if (check == CodeCheck.Right)
        {
            return secret;
        }

        problems.AddModelError(
            Field,
            check switch
            {
                CodeCheck.Wrong => texts["CodeWrong"],
                CodeCheck.Locked => texts["CodeLocked"],
                _ => texts["CodeOver"],
            }
        );
        return null;
    }

    /// <summary>Says that no code is sent now, and how long to wait.</summary>
    public static string Write(TooManyCodes refusal, IStringLocalizer<Texts> texts)
    {
        if (refusal.Wait <= OneTimeCodeRules.LeastPause)
        {
            return texts["CodeJustSent", Math.Max(2, (int)Math.Ceiling(refusal.Wait.TotalSeconds))];
        }

        var minutes = (int)Math.Ceiling(refusal.Wait.TotalMinutes);
        return texts[
            "TooManyCodes",
            minutes <= 1 ? texts["WaitMinute"]
            : minutes <= 60 ? texts["WaitMinutes", minutes]
            : texts["WaitHours", (int)Math.Ceiling(refusal.Wait.TotalHours)]
        ];
    }
}
