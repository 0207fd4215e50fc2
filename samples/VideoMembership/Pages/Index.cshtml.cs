using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace OpenBanking.Samples.VideoMembership.Pages;

/// <summary>The shop's one page: link, top up, take a voucher, buy, give back. What goes wrong is a notice on it.</summary>
public sealed class IndexModel(
    OpenBankingClient bank,
    Shop shop,
    FormerLinks formerLinks,
    Partner partner,
    ILogger<IndexModel> logger
) : PageModel
{
    private static readonly TimeSpan longestTopUp = TimeSpan.FromSeconds(10);

    /// <summary>One of <see cref="Notices"/>, by its name.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Notice { get; set; }

    /// <summary>Null when there is none, or the bank does not show it now.</summary>
    public Account? Account { get; private set; }

    /// <summary>What may still go out; null when the bank does not show it.</summary>
    public SpendingLimits? Limits { get; private set; }

    public bool IsLinked => VideoUser.AgreementId is not null && Notice != Notices.LinkAgain;

    public bool HasVoucher { get; private set; }

    public OrderState? State { get; private set; }

    /// <summary>The last day of the month that was paid; null where nothing is renewed.</summary>
    public string? PaidUntil { get; private set; }

    public Money PriceNow => HasVoucher ? Shop.Price - Money.Yuan(5) : Shop.Price;

    public string? PersonsUrl => partner.PersonsUrl;

    public string? MessagesUrl => partner.MessagesUrl;

    private VideoUser VideoUser => shop.FindUser(VideoUsers.IdOf(HttpContext));

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        var user = VideoUser;
        var order = shop.FindOrderOf(user.Id);
        State = order?.State;
        PaidUntil = order is { State: OrderState.Delivered, AgreementId: not null, PaidUntil: { } until }
            ? until.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : null;
        if (user is not { CustomerId: { } customer, AccountId: { } account })
        {
            return;
        }

        try
        {
            Account = await bank.Accounts.GetAsync(customer, account, cancellationToken);
            HasVoucher = await HasVoucherAsync(user, cancellationToken);
            Limits = Account.Balance is null
                ? null
                : await bank.Accounts.GetLimitsAsync(customer, account, cancellationToken);
        }
        catch (OpenBankingException failure)
        {
            Notice ??= Notices.Of(failure, logger);
        }
    }

    public Task<IActionResult> OnPostTopUpAsync(CancellationToken cancellationToken) =>
        TryAsync(
            async user =>
            {
                // The number moves on when the bank has answered: until then a press asks for the same top-up again.
                var number = user.TopUps + 1;
                var asked = await SettleAsync(
                    bank.TopUps.CreateAsync(
                        new CreateTopUpRequest { AgreementId = user.AgreementId!, Amount = Money.Yuan(100) },
                        IdempotencyKey.FromOrder(user.AgreementId!, "top-up", number),
                        cancellationToken
                    ),
                    cancellationToken
                );
                shop.Save(user with { TopUps = number });
                try
                {
                    var topUp = await bank.TopUps.WaitAsync(asked.Id, longestTopUp, cancellationToken);
                    if (topUp.Status == TopUpStatus.Succeeded)
                    {
                        return null;
                    }

                    logger.LogInformation("Top-up {TopUp} was declined: {Code}", topUp.Id, topUp.DeclineCode);
                    return Notices.OfDecline(topUp.DeclineCode);
                }
                catch (OpenBankingException unseen)
                {
                    Notices.Of(unseen, logger);
                    return Notices.TopUpRunning;
                }
            },
            cancellationToken
        );

    public Task<IActionResult> OnPostVoucherAsync(CancellationToken cancellationToken) =>
        TryAsync(
            async user =>
            {
                var now = TimeProvider.System.GetUtcNow();
                var stock = await bank
                    .Coupons.ListStocksAsync(cancellationToken: cancellationToken)
                    .FirstOrDefaultAsync(
                        stock => stock.StartsAt <= now && now < stock.EndsAt,
                        cancellationToken
                    );
                if (stock is null)
                {
                    return Notices.NoVoucher;
                }

                var number = user.Vouchers + 1;
                var coupon = await SettleAsync(
                    bank.Coupons.IssueAsync(
                        new IssueCouponRequest { StockId = stock.Id, CustomerId = user.CustomerId! },
                        IdempotencyKey.FromOrder($"{user.CustomerId}-{stock.Id}", "coupon", number),
                        cancellationToken
                    ),
                    cancellationToken
                );
                shop.Save(user with { Vouchers = number, CouponId = coupon.Id });
                return null;
            },
            cancellationToken
        );

    public Task<IActionResult> OnPostBuyAsync(CancellationToken cancellationToken) =>
        TryAsync(
            async user =>
            {
                if (await HasPaidAsync(user, cancellationToken))
                {
                    return null;
                }

                var voucher = await HasVoucherAsync(user, cancellationToken) ? user.CouponId : null;
                var order = shop.NewOrder(user.Id, user.AgreementId);
                var payment = await SettleAsync(
                    bank.Payments.CreateAsync(
                        new CreatePaymentRequest
                        {
                            OrderNo = order.OrderNo,
                            Amount = Shop.Price,
                            AgreementId = user.AgreementId!,
                            CouponId = voucher,
                            Description = "One month of videos",
                        },
                        IdempotencyKey.FromOrder(order.OrderNo, "payment"),
                        cancellationToken
                    ),
                    cancellationToken
                );
                if (payment.Status != PaymentStatus.Captured)
                {
                    return await DeclinedAsync(payment, cancellationToken);
                }

                await shop.WaitForDeliveryAsync(order.OrderNo, cancellationToken);
                return null;
            },
            cancellationToken
        );

    /// <summary>Pays without an agreement: the customer confirms this one payment on the bank's page.</summary>
    public Task<IActionResult> OnPostPayOnceAsync(CancellationToken cancellationToken) =>
        InTurnAsync(
            async user =>
            {
                if (await HasPaidAsync(user, cancellationToken))
                {
                    return Show(null);
                }

                var order = shop.NewOrder(user.Id);
                // <pay_once>
                var payment = await SettleAsync(
                    bank.Payments.CreateAsync(
                        new CreatePaymentRequest
                        {
                            OrderNo = order.OrderNo,
                            Amount = Shop.Price,
                            CustomerId = user.CustomerId, // who alone may confirm it; whoever has the link when null
                            Description = "One month of videos",
                            ReturnUrl = $"{Request.Scheme}://{Request.Host}/orders/confirmed",
                        },
                        IdempotencyKey.FromOrder(order.OrderNo, "payment"),
                        cancellationToken
                    ),
                    cancellationToken
                );

                // Where an attempt before got through, the answer is the one of then: it may be confirmed since, or over.
                if (payment.Response is { IdempotencyReplayed: true })
                {
                    payment = await bank.Payments.GetAsync(payment.Id, cancellationToken);
                }

                if (payment.Status == PaymentStatus.Captured)
                {
                    await shop.WaitForDeliveryAsync(order.OrderNo, cancellationToken);
                    return Show(null);
                }

                // To the bank's page: payee and amount, account, PIN. What the bank declines has no such page.
                return payment.NextAction is { } confirm
                    ? Redirect(confirm.ConfirmationUrl)
                    : Show(await DeclinedAsync(payment, cancellationToken));
                // </pay_once>
            },
            cancellationToken
        );

    public Task<IActionResult> OnPostRefundAsync(CancellationToken cancellationToken) =>
        TryAsync(
            async user =>
            {
                if (
                    shop.FindOrderOf(user.Id)
                    is not { State: OrderState.Delivered, PaymentId: { } payment } order
                )
                {
                    return Notices.NothingToGiveBack;
                }

                var refund = await SettleAsync(
                    bank.Refunds.CreateAsync(
                        new CreateRefundRequest { PaymentId = payment },
                        IdempotencyKey.FromOrder(order.OrderNo, "refund"),
                        cancellationToken
                    ),
                    cancellationToken
                );
                shop.Save(order with { State = OrderState.Refunded });
                return refund.CouponReturned ? Notices.GivenBackWithVoucher : Notices.GivenBack;
            },
            cancellationToken
        );

    /// <summary>Gives back what the customer agreed to: nothing is charged any more, and nothing read.</summary>
    public Task<IActionResult> OnPostUnlinkAsync(CancellationToken cancellationToken) =>
        TryAsync(
            async user =>
            {
                if (user.ConsentId is not { } consent)
                {
                    return Notices.LinkAgain;
                }

                await formerLinks.EndAsync(user.Id, cancellationToken);
                await bank.Consents.RevokeAsync(consent, cancellationToken: cancellationToken);
                shop.Save(new VideoUser(user.Id, TopUps: user.TopUps, Vouchers: user.Vouchers));
                return Notices.Unlinked;
            },
            cancellationToken
        );

    /// <summary>Asks once more where the answer was lost: it is the same request with the same key, so nothing is done twice. If it is
    /// unknown even then, the next press settles it.</summary>
    private async Task<T> SettleAsync<T>(Task<T> asked, CancellationToken cancellationToken)
    {
        try
        {
            return await asked;
        }
        catch (OutcomeUnknownException<T> unknown)
        {
            logger.LogWarning("Asking the bank again: {Message}", unknown.Message);
            return await unknown.ResolveAsync(cancellationToken);
        }
    }

    /// <summary>What to tell of a payment that failed; the shop's staff find in the log why, and what is left of which limit.</summary>
    private async Task<string> DeclinedAsync(Payment payment, CancellationToken cancellationToken)
    {
        try
        {
            logger.LogInformation(
                "Order {OrderNo} was declined: {Why}",
                payment.OrderNo,
                payment.DeclineCode is null
                    ? payment.Status.ToString()
                    : (await bank.Payments.ExplainDeclineAsync(payment, cancellationToken)).ToString()
            );
        }
        catch (OpenBankingException failure)
        {
            // The decline is known all the same; what is left of the limit is not.
            logger.LogInformation(
                "Order {OrderNo} was declined: {Code} ({Failure})",
                payment.OrderNo,
                payment.DeclineCode,
                failure.Message
            );
        }

        return Notices.OfDecline(payment.DeclineCode);
    }

    /// <summary>Does it for a linked user, and shows the page again.</summary>
    private Task<IActionResult> TryAsync(
        Func<VideoUser, Task<string?>> act,
        CancellationToken cancellationToken
    ) =>
        InTurnAsync(
            async user => Show(user.AgreementId is null ? Notices.LinkFirst : await act(user)),
            cancellationToken
        );

    /// <summary>Does one thing of a user at a time, so that two presses see each other; what goes wrong is said on the
    /// page.</summary>
    private async Task<IActionResult> InTurnAsync(
        Func<VideoUser, Task<IActionResult>> act,
        CancellationToken cancellationToken
    )
    {
        using var turn = await shop.TakeTurnAsync(VideoUsers.IdOf(HttpContext), cancellationToken);
        try
        {
            return await act(VideoUser);
        }
        catch (OpenBankingException failure)
        {
            return Show(Notices.Of(failure, logger));
        }
    }

    private RedirectToPageResult Show(string? notice) => RedirectToPage(new { Notice = notice });

    private async Task<bool> HasVoucherAsync(VideoUser user, CancellationToken cancellationToken) =>
        user is { CustomerId: { } customer, CouponId: { } coupon }
        && (await bank.Coupons.GetAsync(customer, coupon, cancellationToken)).Status == CouponStatus.Issued;

    /// <summary>Whether the user has a membership: one is all there is to buy. An order of which nobody knows what came of
    /// it is settled first: it is paid, or closed for good. So a new one never pays a second time.</summary>
    private async Task<bool> HasPaidAsync(VideoUser user, CancellationToken cancellationToken)
    {
        var before = shop.FindOrderOf(user.Id);
        if (before is not { State: OrderState.Ordered })
        {
            return before?.State == OrderState.Delivered;
        }

        var closed = await bank.Orders.CloseAsync(before.OrderNo, cancellationToken);
        if (closed.LastPayment?.Status == PaymentStatus.Captured)
        {
            await shop.WaitForDeliveryAsync(before.OrderNo, cancellationToken);
            return true;
        }

        shop.Save(before with { State = OrderState.Closed });
        return false;
    }
}
