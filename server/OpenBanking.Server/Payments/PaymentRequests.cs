using OpenBanking.Server.Confirmations;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Fees;
using OpenBanking.Server.Http;
using OpenBanking.Server.Risk;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Payments;

/// <summary>Reads requests for payments: checks them, and looks up what they name.</summary>
public sealed class PaymentRequests(
    ConsentQueries consents,
    Store store,
    HoldOptions holds,
    ConfirmationOptions confirmations,
    FeeDirectory fees,
    PaymentSplits splits,
    NoticeOptions notices,
    PaymentRisk risk,
    WorldClocks clocks,
    Ids ids
)
{
    /// <summary>A request of which everything is known.</summary>
    /// <param name="Agreement">Null when the customer is to confirm.</param>
    /// <param name="CustomerId">Who alone is to confirm.</param>
    public sealed record Read(
        CreatePaymentRequest Request,
        AgreementRow? Agreement,
        Id<CustomerRow>? CustomerId,
        Id<CouponRow>? CouponId,
        PaymentSplits.Read Splits
    )
    {
        /// <summary>Whether the customer may come to confirm it.</summary>
        public bool MayBeConfirmed =>
            Request.AgreementId is null || Request.Confirmation == ConfirmationMode.IfNeeded;
    }

    public async Task<(Read Read, IResult? Refused)> ReadAsync(Caller caller, CreatePaymentRequest request)
    {
        Id<CouponRow> coupon = default;
        var read = new Read(
            request,
            caller.TryRead<AgreementRow>(request.AgreementId, out var agreement)
                ? await consents.FindPartiesAsync(caller, agreement)
                : null,
            caller.TryRead<CustomerRow>(request.CustomerId, out var customer)
            && await store.FindAsync(CustomerTables.Customers, caller.World, customer)
                is { ErasedAt: null } found
                ? found.Id
                : null,
            caller.TryRead(request.CouponId, out coupon) ? coupon : null,
            await splits.ReadAsync(caller, request)
        );
        var refused = Wire.Refuse([
            .. read.Splits.Errors,
            Wire.CheckOrderNo("/order_no", request.OrderNo),
            Wire.CheckAmount("/amount", request.Amount),
            Wire.CheckText("/description", request.Description, WireText.Words),
            request.AgreementId is not null && read.Agreement is null
                ? Wire.NotKnown("/agreement_id", "agreement")
                : null,
            request.CouponId is not null && read.CouponId is null
                ? Wire.NotKnown("/coupon_id", "coupon")
                : null,
            Wire.CheckDevice("/device_id", request.DeviceId),
            CheckScene(request),
            CheckConfirmation(request),
            CheckCustomer(read),
            CheckReturn(read, caller),
            HoldOptions.CheckMethod(request),
            holds.CheckEnd(request, caller.Now),
        ]);
        return (read, refused);
    }

    /// <summary>What is known of the risk: the bank's engine is asked, outside of everything that waits for others.</summary>
    public Task<RiskView> LookAtRiskAsync(Read read, Caller caller) =>
        risk.LookAsync(
            caller,
            new(
                caller.World,
                caller.App.Id,
                caller.App.PartnerId,
                read.Request.OrderNo,
                read.Request.Amount,
                read.Agreement?.CustomerId ?? read.CustomerId,
                Unasked: read.Agreement is not null
            ),
            read.Agreement,
            read.Request.DeviceId
        );

    /// <summary>The command that pays under the agreement.</summary>
    public async ValueTask<CreatePayment> PaymentFromAsync(Read read, RiskView seen, Caller caller) =>
        new(
            caller.World,
            caller.Now,
            ids.New<PaymentRow>(),
            read.Agreement!,
            read.Request.OrderNo,
            read.Request.Amount.Amount,
            read.CouponId,
            read.Request.Description,
            holds.EndOf(read.Request, caller.Now),
            read.MayBeConfirmed
        )
        {
            FeeRuleId = (await fees.FindAsync(caller.World, caller.App, caller.Now))?.Id,
            Shares = read.Splits.Shares,
            Payee = read.Splits.Payee,
            Scene = read.Request.Scene,
            AppScene = caller.App.Scene,
            Risk = seen,
            NotifyAt = notices.Payments ? clocks.RealNow : null,
        };

    /// <summary>The command that asks the customer. It waits no longer than a hold would last that is to end at a given
    /// time.</summary>
    /// <param name="declined">Whether it is too risky, whoever confirms it.</param>
    public AskConfirmation ConfirmationFrom(Read read, bool declined, Caller caller)
    {
        var request = read.Request;
        var manual = request.CaptureMethod == CaptureMethod.Manual;
        var holdUntil = request.ExpiresAt is null ? null : holds.EndOf(request, caller.Now);
        var lasts = caller.Now + confirmations.Lasts;
        return new(
            caller.World,
            caller.Now,
            new()
            {
                PaymentId = ids.New<PaymentRow>(),
                AppId = caller.App.Id,
                PartnerId = caller.App.PartnerId,
                OrderNo = request.OrderNo,
                CustomerId = read.Agreement?.CustomerId ?? read.CustomerId,
                CouponId = read.CouponId,
                State = ConfirmationState.Waiting,
                Currency = request.Amount.Currency,
                Amount = request.Amount.Amount,
                Discount = 0,
                CustomerAmount = request.Amount.Amount,
                Description = request.Description,
                Splits = read.Splits.Shares is { } shares ? PaymentShares.Write(shares) : null,
                Payee = read.Splits.Payee,
                Scene = request.Scene,
                Manual = manual,
                HoldUntil = holdUntil,
                ReturnUrl = request.ReturnUrl,
                CreatedAt = caller.Now,
                ExpiresAt = holdUntil < lasts ? holdUntil.Value : HoldOptions.InMicroseconds(lasts),
            }
        )
        {
            RiskDeclined = declined,
        };
    }

    private static ProblemError? CheckConfirmation(CreatePaymentRequest request) =>
        request.Confirmation is not { } mode ? null
        : mode != ConfirmationMode.Never && mode != ConfirmationMode.IfNeeded
            ? Wire.Wrong("/confirmation", "unknown_value", "never or if_needed is expected.")
        : mode == ConfirmationMode.Never && request.AgreementId is null
            ? Wire.Wrong("/agreement_id", "required", "Without an agreement the customer has to confirm.")
        : null;

    private static ProblemError? CheckScene(CreatePaymentRequest request) =>
        request.Scene is { } scene && !Scenes.All.Contains(scene)
            ? Wire.Wrong("/scene", "unknown_value", $"One of {string.Join(", ", Scenes.All)} is expected.")
            : null;

    private static ProblemError? CheckCustomer(Read read) =>
        read.Request.CustomerId is null ? null
        : read.Request.AgreementId is not null
            ? Wire.Wrong("/customer_id", "not_allowed", "The agreement says whose it is.")
        : read.CustomerId is null ? Wire.NotKnown("/customer_id", "customer")
        : null;

    /// <summary>Letter by letter: anything looser has been a way for somebody else (RFC 9700 §4.1).</summary>
    private static ProblemError? CheckReturn(Read read, Caller caller) =>
        read.Request.ReturnUrl is not { } url ? null
        : !read.MayBeConfirmed
            ? Wire.Wrong("/return_url", "not_allowed", "Only for a payment that may have to be confirmed.")
        : !caller.RedirectUris.Contains(url, StringComparer.Ordinal)
            ? Wire.Wrong(
                "/return_url",
                "not_registered",
                "One of the app's registered redirect addresses is expected, letter by letter."
            )
        : null;
}
