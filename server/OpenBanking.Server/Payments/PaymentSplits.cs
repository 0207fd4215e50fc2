using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.SubMerchants;

namespace OpenBanking.Server.Payments;

/// <summary>Reads how a request splits a payment or a refund, and shows it.</summary>
public sealed class PaymentSplits(SubMerchantQueries merchants)
{
    /// <summary>How many payees are named; of more it is said how many there are.</summary>
    private const int MostNamed = 3;

    /// <summary>How a payment is split, and whom its customer pays; nothing when it goes whole to the partner.</summary>
    public sealed record Read(IReadOnlyList<PaymentShare>? Shares, string? Payee)
    {
        public IReadOnlyList<ProblemError> Errors { get; init; } = [];
    }

    public async ValueTask<Read> ReadAsync(Caller caller, CreatePaymentRequest request)
    {
        var splits = request.SubMerchantId is { } only
            ? [new Split { SubMerchantId = only, Amount = request.Amount }]
            : request.Splits;
        if (splits is null)
        {
            return new(null, null);
        }

        var rows = new List<SubMerchantRow?>();
        foreach (var split in splits.Take(PaymentShares.Most))
        {
            rows.Add(
                caller.TryRead<SubMerchantRow>(split.SubMerchantId, out var id)
                    ? await merchants.FindAsync(caller, id)
                    : null
            );
        }

        var errors = request.SubMerchantId is not null
            ? CheckOne(request, rows[0])
            : [.. Check(splits, request.Amount.Amount), .. CheckKnown(splits, rows)];
        return errors.Count > 0
            ? new(null, null) { Errors = errors }
            : new(
                [.. splits.Select((split, i) => new PaymentShare(rows[i]?.Id, split.Amount.Amount))],
                PayeeOf([.. rows.Select(row => row?.Name ?? caller.App.Name)])
            );
    }

    private static string PayeeOf(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(MostNamed))
        + (names.Count > MostNamed ? $" +{names.Count - MostNamed}" : "");

    /// <summary>What is wrong with the parts that a refund names.</summary>
    public static IEnumerable<ProblemError> Check(
        CreateRefundRequest request,
        PaymentRow payment,
        Caller caller
    )
    {
        if (request.Splits is not { } splits)
        {
            return [];
        }

        if (payment.Splits is null)
        {
            return [Wire.Wrong("/splits", "not_allowed", "The payment is not split.")];
        }

        return [.. Check(splits, request.Amount?.Amount), .. CheckParts(splits, payment, caller)];
    }

    private static List<ProblemError> CheckParts(
        IReadOnlyList<Split> splits,
        PaymentRow payment,
        Caller caller
    )
    {
        var shares = PaymentShares.Of(payment);
        var named = splits
            .Take(PaymentShares.Most)
            .Select(split => shares.FirstOrDefault(share => IsOf(split, share, caller)))
            .ToList();
        var unknown = named
            .Select(
                (share, i) =>
                    share is null
                        ? Wire.Wrong(
                            $"/splits/{i}/sub_merchant_id",
                            "not_found",
                            "The payment has no such part."
                        )
                        : null
            )
            .OfType<ProblemError>()
            .ToList();
        return unknown.Count == 0 && named.Distinct().Count() < named.Count ? [Twice()] : unknown;
    }

    private static ProblemError Twice() =>
        Wire.Wrong("/splits", "duplicate", "Each part is of somebody else.");

    /// <summary>What each part of a payment is to give back, in their order; null when the request names none.</summary>
    public static IReadOnlyList<long>? NamedIn(
        CreateRefundRequest request,
        PaymentRow payment,
        Caller caller
    ) =>
        request.Splits is { } splits
            ?
            [
                .. PaymentShares
                    .Of(payment)
                    .Select(share =>
                        splits.Where(split => IsOf(split, share, caller)).Sum(split => split.Amount.Amount)
                    ),
            ]
            : null;

    public static IReadOnlyList<PaymentSplit>? Show(PaymentRow payment, Caller caller) =>
        payment.Splits is null
            ? null
            : Show(PaymentShares.Of(payment), payment.Currency, payment.FeeRuleId is not null, caller);

    public static IReadOnlyList<PaymentSplit>? Show(
        IReadOnlyList<PaymentShare>? shares,
        string currency,
        bool costsFee,
        Caller caller
    ) =>
        shares is null
            ? null
            :
            [
                .. shares.Select(share => new PaymentSplit
                {
                    SubMerchantId = share.SubMerchant is { } merchant ? caller.Show(merchant) : null,
                    Amount = new(currency, share.Amount),
                    CapturedAmount = new(currency, share.Captured),
                    RefundedAmount = new(currency, share.Refunded),
                    FeeAmount = costsFee ? new(currency, share.Fee) : null,
                    FeeRefundedAmount = costsFee ? new(currency, share.FeeRefunded) : null,
                }),
            ];

    private static List<ProblemError> CheckOne(CreatePaymentRequest request, SubMerchantRow? row) =>
        request.Splits is not null
            ? [Wire.Wrong("/splits", "not_allowed", "Either sub_merchant_id or splits.")]
        : row is null ? [Wire.NotKnown("/sub_merchant_id", "merchant")]
        : [];

    private static List<ProblemError> CheckKnown(IReadOnlyList<Split> splits, List<SubMerchantRow?> rows)
    {
        var unknown = rows.Select(
                (row, i) =>
                    row is null && splits[i].SubMerchantId is not null
                        ? Wire.NotKnown($"/splits/{i}/sub_merchant_id", "merchant")
                        : null
            )
            .OfType<ProblemError>()
            .ToList();
        // By whose they are: one id can be written in several ways.
        return unknown.Count == 0 && rows.DistinctBy(row => row?.Id).Count() < rows.Count
            ? [Twice()]
            : unknown;
    }

    /// <param name="amount">What they are together; anything when null.</param>
    private static List<ProblemError> Check(IReadOnlyList<Split> splits, long? amount)
    {
        if (splits.Count is 0 or > PaymentShares.Most)
        {
            return
            [
                Wire.Wrong("/splits", "out_of_range", $"One to {PaymentShares.Most} parts are expected."),
            ];
        }

        var errors = splits
            .Select((split, i) => Wire.CheckAmount($"/splits/{i}/amount", split.Amount))
            .OfType<ProblemError>()
            .ToList();
        if (errors.Count > 0)
        {
            return errors;
        }

        return amount is { } whole && splits.Sum(split => split.Amount.Amount) != whole
            ? [Wire.Wrong("/splits", "wrong_sum", "The parts together are the amount.")]
            : [];
    }

    private static bool IsOf(Split split, PaymentShare share, Caller caller) =>
        split.SubMerchantId is null
            ? share is { SubMerchant: null, Amount: > 0 }
            : caller.TryRead<SubMerchantRow>(split.SubMerchantId, out var id) && share.SubMerchant == id;
}
