using System.Globalization;

namespace OpenBanking;

/// <summary>Why a payment failed, for a partner's own staff and logs.</summary>
public sealed record DeclineExplanation
{
    /// <summary>One of <see cref="DeclineCodes"/>, or one of a newer server.</summary>
    public required string Code { get; init; }

    /// <summary>What the code means, as a clause.</summary>
    public required string Meaning { get; init; }

    /// <summary>What the customer can do; null for a code of a newer server.</summary>
    public string? CustomerAdvice { get; init; }

    /// <summary>What the app can do; null for a code of a newer server.</summary>
    public string? PartnerAdvice { get; init; }

    /// <summary>The limit that was reached, and what is left of it now; null when none was, or the app may not read
    /// it.</summary>
    public LimitUse? Limit { get; init; }

    /// <summary>All of it in a sentence or two.</summary>
    public override string ToString()
    {
        var left =
            Limit is null ? ""
            : Code is DeclineCodes.AccountPerPaymentLimit or DeclineCodes.AgreementPerPaymentLimit
                ? $": {Limit.Limit} at the most"
            : $": {Limit.Left} of {Limit.Limit} are left"
                + (
                    Limit.ResetsAt is { } at
                        ? string.Create(CultureInfo.InvariantCulture, $" until {at:yyyy-MM-dd'T'HH:mm'Z'}")
                        : ""
                );
        return $"{Meaning}{left}. {PartnerAdvice}".TrimEnd() + $" (decline code {Code})";
    }
}
