using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace OpenBanking.Samples.VideoMembership.Pages;

/// <summary>The shop's one page: link, top up, take a voucher, buy, give back. What goes wrong is a notice on it.</summary>
public sealed class IndexModel(OpenBankingClient bank, Shop shop, Partner partner, ILogger<IndexModel> logger)
    : PageModel
{
    private static readonly TimeSpan longestTopUp = TimeSpan.FromSeconds(10);

    /// <summary>One of <see cref="Notices"/>, by its name.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Notice { get; set; }

    /// <summary>Null when there is none, or the bank does not show it now.</summary>
    public Account? Account { get; private set; }

    public bool IsLinked => VideoUser.AgreementId is not null && Notice != Notices.LinkAgain;

    public bool HasVoucher { get; private set; }

    public OrderState? State { get; private set; }

    public Money PriceNow => HasVoucher ? Shop.Price - Money.Yuan(5) : Shop.Price;

    public string? PersonsUrl => partner.PersonsUrl;

    public string? MessagesUrl => partner.MessagesUrl;

    private VideoUser VideoUser => shop.FindUser(VideoUsers.IdOf(HttpContext));

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        var user = VideoUser;
        State = shop.FindOrderOf(user.Id)?.State;
        if (user is not { CustomerId: { } customer, AccountId: { } account })
        {
            return;
        }

        try
        {
            Account = await bank.Accounts.GetAsync(customer, account, cancellationToken);
            HasVoucher = await HasVoucherAsync(user, cancellationToken);
        }
        catch (OpenBankingException failure)
        {
            Notice ??= NoticeOf(failure);
        }
    }

    public Task<IActionResult> OnPostTopUpAsync(CancellationToken cancellationToken) =>
        TryAsync(async user =>
        {
            var asked = await OnceAsync(
                user,
                number =>
                    bank.TopUps.CreateAsync(
                        new CreateTopUpRequest { AgreementId = user.AgreementId!, Amount = Money.Yuan(100) },
                        IdempotencyKey.FromOrder(number, "top-up"),
                        cancellationToken
                    )
            );
            try
            {
                var topUp = await bank.TopUps.WaitAsync(asked.Id, longestTopUp, cancellationToken);
                return topUp.Status == TopUpStatus.Succeeded ? null : Notices.OfDecline(topUp.DeclineCode);
            }
            catch (OpenBankingException late) when (late.Code == ClientErrorCodes.TimedOut)
            {
                return Notices.TopUpRunning;
            }
        });

    public Task<IActionResult> OnPostVoucherAsync(CancellationToken cancellationToken) =>
        TryAsync(async user =>
        {
            var stock = await bank
                .Coupons.ListStocksAsync(cancellationToken: cancellationToken)
                .FirstOrDefaultAsync(cancellationToken);
            if (stock is null)
            {
                return Notices.NoVoucher;
            }

            var coupon = await OnceAsync(
                user,
                number =>
                    bank.Coupons.IssueAsync(
                        new IssueCouponRequest { StockId = stock.Id, CustomerId = user.CustomerId! },
                        IdempotencyKey.FromOrder(number, "coupon"),
                        cancellationToken
                    )
            );
            shop.Save(shop.FindUser(user.Id) with { CouponId = coupon.Id });
            return null;
        });

    public Task<IActionResult> OnPostBuyAsync(CancellationToken cancellationToken) =>
        TryAsync(async user =>
        {
            if (await HasPaidAsync(user, cancellationToken))
            {
                return null;
            }

            var voucher = await HasVoucherAsync(user, cancellationToken) ? user.CouponId : null;
            var order = shop.NewOrder(user.Id);
            var payment = await bank.Payments.CreateAsync(
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
            );
            if (payment.Status != PaymentStatus.Captured)
            {
                return Notices.OfDecline(payment.DeclineCode);
            }

            await shop.WaitForDeliveryAsync(order.OrderNo, cancellationToken);
            return null;
        });

    /// <summary>Pays without an agreement: the customer confirms this one payment on the bank's page.</summary>
    public async Task<IActionResult> OnPostPayOnceAsync(CancellationToken cancellationToken)
    {
        var user = VideoUser;
        try
        {
            if (await HasPaidAsync(user, cancellationToken))
            {
                return RedirectToPage();
            }

            var order = shop.NewOrder(user.Id);
            // <pay_once>
            var payment = await bank.Payments.CreateAsync(
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
            );

            // To the bank's page: payee and amount, account, PIN.
            return Redirect(payment.NextAction!.ConfirmationUrl);
            // </pay_once>
        }
        catch (OpenBankingException failure)
        {
            return RedirectToPage(new { Notice = NoticeOf(failure) });
        }
    }

    public Task<IActionResult> OnPostRefundAsync(CancellationToken cancellationToken) =>
        TryAsync(async user =>
        {
            if (
                shop.FindOrderOf(user.Id) is not { State: OrderState.Delivered, PaymentId: { } payment } order
            )
            {
                return Notices.NothingToGiveBack;
            }

            await bank.Refunds.CreateAsync(
                new CreateRefundRequest { PaymentId = payment },
                IdempotencyKey.FromOrder(order.OrderNo, "refund"),
                cancellationToken
            );
            shop.Save(order with { State = OrderState.Refunded });
            return Notices.GivenBack;
        });

    /// <summary>Does it for a linked user, and shows the page again; what goes wrong is said on it.</summary>
    private async Task<IActionResult> TryAsync(Func<VideoUser, Task<string?>> act)
    {
        var user = VideoUser;
        if (user.AgreementId is null)
        {
            return RedirectToPage(new { Notice = Notices.LinkFirst });
        }

        try
        {
            return RedirectToPage(new { Notice = await act(user) });
        }
        catch (OpenBankingException failure)
        {
            return RedirectToPage(new { Notice = NoticeOf(failure) });
        }
    }

    private async Task<bool> HasVoucherAsync(VideoUser user, CancellationToken cancellationToken) =>
        user is { CustomerId: { } customer, CouponId: { } coupon }
        && (await bank.Coupons.GetAsync(customer, coupon, cancellationToken)).Status == CouponStatus.Issued;

    /// <summary>Settles the order before, if nobody knows what came of it: it is paid, or closed for good. So a new one never
    /// pays a second time.</summary>
    private async Task<bool> HasPaidAsync(VideoUser user, CancellationToken cancellationToken)
    {
        if (shop.FindOrderOf(user.Id) is not { State: OrderState.Ordered } before)
        {
            return false;
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

    /// <summary>Does what is no order under a number that stays the same until the bank's answer is there: pressed again, it is
    /// not done again.</summary>
    private async Task<T> OnceAsync<T>(VideoUser user, Func<string, Task<T>> act)
    {
        try
        {
            var done = await act($"{user.Id}-{user.Attempts + 1}");
            shop.Save(shop.FindUser(user.Id) with { Attempts = user.Attempts + 1 });
            return done;
        }
        catch (OpenBankingException refused) when (refused is not OutcomeUnknownException)
        {
            shop.Save(shop.FindUser(user.Id) with { Attempts = user.Attempts + 1 });
            throw;
        }
    }

    /// <summary>What the user is told; the bank's own words are for the log.</summary>
    private string NoticeOf(OpenBankingException failure)
    {
        logger.LogWarning("The bank: {Code}, {Message}", failure.Code, failure.Message);
        return Notices.Of(failure);
    }
}
