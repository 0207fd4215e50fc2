namespace OpenBanking.Tests.Mutants;

/// <summary>What stands between a customer's money and others, beside tokens: the PIN, the risk of a payment, the amounts that
/// prove a card, and what fees take.</summary>
internal static class MoneyMutants
{
    private const string Pins = "Customers/PinRules.cs";
    private const string Confirming = "Confirmations/ConfirmRules.cs";
    private const string Paying = "Payments/PaymentRules.cs";
    private const string Velocity = "Risk/VelocityRules.cs";
    private const string Deposits = "Applications/ApplicationDepositRules.cs";
    private const string AnyDeposits = "Deposits/DepositRules.cs";
    private const string Fees = "Fees/FeeRules.cs";

    private const string FeeWithin =
        "Math.Min(captured, Math.Min(Math.Max(byRate, rule.Minimum), rule.Cap ?? long.MaxValue))";
    private const string ToConfirm = "rules == RiskAnswer.Confirm || risk.Answer == RiskAnswer.Confirm";

    public static IReadOnlyList<Mutant> List { get; } =
    [
        new(
            "M-1",
            "the PIN",
            Pins,
            "CryptographicOperations.FixedTimeEquals(hash, customer.PinHash)",
            "true"
        ),
        new("M-1", "wrong PINs are counted", Pins, "customer.PinFailures + 1", "1"),
        new("M-1", "how many wrong PINs there may be", Pins, "failures >= MostFailures", "false"),
        new("M-1", "a PIN that is locked", Pins, "now < customer.PinLockedUntil", "false"),
        new("M-1", "how long a PIN is locked", Pins, "now + LockedFor", "now"),
        new(
            "M-1",
            "a PIN is set once",
            Pins,
            "customer.PinHash is not null || customer.ErasedAt is not null",
            "customer.ErasedAt is not null"
        ),
        new("M-1", "a PIN that is too simple", Pins, "!IsRow(pin!)", "true"),
        new(
            "M-1",
            "a PIN in a number that others know",
            Pins,
            "!knownNumbers.Any(number => number.Contains(pin!, StringComparison.Ordinal))",
            "true"
        ),
        new("M-1", "the PIN before a payment", Confirming, "pin != PinCheck.Right", "false"),
        new("M-1", "the code before a payment", Confirming, "code != CodeCheck.Right", "false"),
        new(
            "M-1",
            "the account is the customer's",
            Confirming,
            "account.CustomerId != command.CustomerId",
            "false"
        ),
        new(
            "M-2",
            "what the risk engine declines",
            Paying,
            "command.Risk.Answer == RiskAnswer.Decline",
            "false"
        ),
        new("M-2", "what the bank's rules decline", Paying, "rules == RiskAnswer.Decline", "false"),
        new("M-2", "what the risk engine has confirmed", Paying, ToConfirm, "rules == RiskAnswer.Confirm"),
        new(
            "M-2",
            "what the bank's rules have confirmed",
            Paying,
            ToConfirm,
            "risk.Answer == RiskAnswer.Confirm"
        ),
        new(
            "M-2",
            "what is declined, whoever confirms it",
            "Confirmations/ConfirmationRules.cs",
            "command.RiskDeclined",
            "false"
        ),
        new(
            "M-2",
            "the payment itself counts",
            Velocity,
            "TotalOf(book, check.Counter) + AddedBy(check, amount) > check.Most",
            "TotalOf(book, check.Counter) > check.Most"
        ),
        new(
            "M-2",
            "earlier payments count",
            Velocity,
            "book.Find(VelocityTables.Counters, counter)?.Total ?? 0",
            "0"
        ),
        new(
            "M-2",
            "a risk engine that does not answer",
            "Risk/PaymentRisk.cs",
            "return options.WithoutAnswer;",
            "return {chosen} ? RiskAnswer.Allow : options.WithoutAnswer;"
        ),
        new("M-3", "the amount", AnyDeposits, "CryptographicOperations.FixedTimeEquals(mac, sent)", "true"),
        new("M-3", "wrong amounts are counted", Deposits, "application.DepositFailures + 1", "1"),
        new(
            "M-3",
            "how many amounts are looked at",
            Deposits,
            "counted.DepositFailures < DepositRules.MostFailures",
            "true"
        ),
        new(
            "M-3",
            "how many amounts a card is sent",
            AnyDeposits,
            "inWindow && rate!.Sent >= MostSent",
            "false"
        ),
        new(
            "M-3",
            "an amount that comes too late",
            Deposits,
            "|| OpeningRules.HasExpired(application, command.Now)",
            "|| (!{chosen} && OpeningRules.HasExpired(application, command.Now))"
        ),
        new("M-3", "an amount that nobody asks for", Deposits, "!IsAsked(application)", "false"),
        new("M-3", "who has signed in", Deposits, "!interaction.SignedIn", "false"),
        new(
            "M-3",
            "a browser's way that is over",
            Deposits,
            "|| interaction.Completed",
            "|| (!{chosen} && interaction.Completed)"
        ),
        new("M-3", "in which app", Deposits, "interaction.AppId != application.AppId", "false"),
        new(
            "M-3",
            "whose number was proven",
            Deposits,
            "interaction.MobileIndex != application.MobileIndex",
            "false"
        ),
        new(
            "M-3",
            "for which application",
            Deposits,
            "(interaction.ApplicationId ?? application.Id) != application.Id",
            "false"
        ),
        new(
            "M-4",
            "no fee is more than what it is of",
            Fees,
            FeeWithin,
            "Math.Min(Math.Max(byRate, rule.Minimum), rule.Cap ?? long.MaxValue)"
        ),
        new("M-4", "the cap of a fee", Fees, FeeWithin, "Math.Min(captured, Math.Max(byRate, rule.Minimum))"),
        new(
            "M-4",
            "the least fee",
            Fees,
            FeeWithin,
            "Math.Min(captured, Math.Min(byRate, rule.Cap ?? long.MaxValue))"
        ),
        new("M-4", "half a fen of a fee", Fees, "(MostBasisPoints / 2)", "0"),
        new("M-4", "a fee that is kept", Fees, "rule.Refunded ?", "({chosen} || rule.Refunded) ?"),
        new(
            "M-4",
            "what is given back is rounded down",
            Fees,
            "(long)((Int128)refunded * fee / total)",
            "(long)((((Int128)refunded * fee) + total - 1) / total)"
        ),
        new(
            "M-4",
            "the least fee is paid once",
            "Payments/PaymentFeeRules.cs",
            "PaymentShareRules.Legs(before, payment, share => -share.Fee)",
            "PaymentShareRules.Legs(null, payment, share => -share.Fee)"
        ),
        new(
            "M-4",
            "a fee for days that are over",
            Fees,
            "rule.Effective < BusinessCalendar.DateOf(command.Now)",
            "false"
        ),
        new("M-4", "a cap below the least fee", Fees, "rule.Cap < rule.Minimum", "false"),
        new("M-4", "a fee of a later day", Fees, "rule.Effective <= date", "true"),
        new(
            "M-4",
            "whose fee it is",
            Fees,
            "rule.OwnerId == app.Id.Value || rule.OwnerId == app.PartnerId.Value",
            "true"
        ),
    ];
}
