using System.Globalization;
using OpenBanking.Server.Engine;

namespace OpenBanking.Server.Http;

/// <summary>Checks of wire values that several capabilities share; each gives what is wrong, or null.</summary>
public static class Wire
{
    /// <summary>No bank moves more at once: 100 million yuan, in fen.</summary>
    public const long MostAmount = 10_000_000_000;

    /// <param name="least">The least that is taken, in fen.</param>
    public static ProblemError? CheckAmount(string pointer, Money amount, long least = 1) =>
        amount.Currency != Money.Renminbi
            ? Wrong(pointer + "/currency", "unsupported_currency", "CNY is expected.")
        : amount.Amount < least || amount.Amount > MostAmount
            ? Wrong(
                pointer + "/amount",
                "out_of_range",
                // In groups: so many digits in a row would pass for somebody's number, which logs leave out.
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"A number of fen from {least} to {MostAmount:N0} is expected."
                )
            )
        : null;

    public static ProblemError? CheckOrderNo(string pointer, string orderNo) =>
        !WireText.IsOrderNo(orderNo)
            ? Wrong(
                pointer,
                "wrong_format",
                $"1 to {WireText.OrderNo.Longest} of A–Z a–z 0–9 . _ : - are expected; . and .. alone are no number."
            )
            : null;

    public static ProblemError? CheckText(string pointer, string? text, TextBounds bounds) =>
        text is not null && !ShownText.IsText(text, bounds.Longest)
            ? Wrong(
                pointer,
                "wrong_format",
                $"1 to {bounds.Longest} characters are expected, one at least that can be seen, and none that hides or turns "
                    + "the text around it."
            )
            : null;

    /// <param name="day">The day; null when the text is.</param>
    public static ProblemError? CheckDay(string pointer, string? text, out DateOnly? day)
    {
        var isDay = DateOnly.TryParseExact(
            text,
            "yyyy-MM-dd",
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out var read
        );
        day = isDay ? read : null;
        return isDay || text is null
            ? null
            : Wrong(pointer, "wrong_format", "A day is expected, as YYYY-MM-DD.");
    }

    /// <summary>A partner's own id of a browser or device.</summary>
    public static ProblemError? CheckDevice(string pointer, string? id) =>
        id is not null && !WireText.IsDevice(id)
            ? Wrong(
                pointer,
                "wrong_format",
                $"1 to {WireText.Device.Longest} visible ASCII characters are expected."
            )
            : null;

    /// <summary>A name that stands on the bank's pages.</summary>
    public static ProblemError? CheckName(string pointer, string name, int longest) =>
        !ShownText.IsName(name, longest)
            ? Wrong(
                pointer,
                "wrong_format",
                $"1 to {longest} characters that can be seen are expected, a letter, digit or symbol among them, and no space "
                    + "at the ends."
            )
            : null;

    /// <summary>What an id of the wrong form, or of nothing this caller knows, is answered with.</summary>
    public static ProblemError NotKnown(string pointer, string what) =>
        Wrong(pointer, "not_found", $"There is no such {what} for this app.");

    /// <summary>The refusal of a body; null when nothing is wrong.</summary>
    public static IResult? Refuse(params IEnumerable<ProblemError?> errors)
    {
        var wrong = errors.OfType<ProblemError>().ToList();
        return wrong.Count == 0 ? null : Problems.Of(ProblemCodes.InvalidRequest, errors: wrong);
    }

    public static ProblemError Wrong(string pointer, string code, string detail) =>
        new()
        {
            Pointer = pointer,
            Code = code,
            Detail = detail,
        };
}
