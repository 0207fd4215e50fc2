using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace OpenBanking.Samples.VideoMembership.Pages;

/// <summary>The shop's one page: link, top up, take a voucher, buy, give back.</summary>
public sealed class IndexModel(OpenBankingClient bank, Shop shop, Partner partner) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public string? Notice { get; set; }

    public Account? Account { get; private set; }

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
            HasVoucher =
                user.CouponId is { } coupon
                && (await bank.Coupons.GetAsync(customer, coupon, cancellationToken)).Status
                    == CouponStatus.Issued;
        }
        catch (OpenBankingException noLongerLinked)
        {
            Notice = noLongerLinked.Message;
        }
    }

    public Task<IActionResult> OnPostTopUpAsync(CancellationToken cancellationToken) =>
        TryAsync(async user =>
        {
            var asked = await bank.TopUps.CreateAsync(
                new CreateTopUpRequest { AgreementId = user.AgreementId!, Amount = Money.Yuan(100) },
                IdempotencyKey.FromOrder(NextNumber(user), "top-up"),
                cancellationToken
            );
            var topUp = await bank.TopUps.WaitAsync(asked.Id, cancellationToken: cancellationToken);
            return topUp.Status == TopUpStatus.Succeeded ? null : $"The top-up failed: {topUp.DeclineCode}";
        });

    public Task<IActionResult> OnPostVoucherAsync(CancellationToken cancellationToken) =>
        TryAsync(async user =>
        {
            var stock = await bank
                .Coupons.ListStocksAsync(cancellationToken: cancellationToken)
                .FirstAsync(cancellationToken);
            var coupon = await bank.Coupons.IssueAsync(
                new IssueCouponRequest { StockId = stock.Id, CustomerId = user.CustomerId! },
                IdempotencyKey.FromOrder(NextNumber(user), "coupon"),
                cancellationToken
            );
            shop.Save(shop.FindUser(user.Id) with { CouponId = coupon.Id });
            return null;
        });

    public Task<IActionResult> OnPostBuyAsync(CancellationToken cancellationToken) =>
        TryAsync(async user =>
        {
            await OnGetAsync(cancellationToken);
            var order = shop.NewOrder(user.Id);
            var payment = await bank.Payments.CreateAsync(
                new CreatePaymentRequest
                {
                    OrderNo = order.OrderNo,
                    Amount = Shop.Price,
                    AgreementId = user.AgreementId!,
                    CouponId = HasVoucher ? user.CouponId : null,
                    Description = "One month of videos",
                },
                IdempotencyKey.FromOrder(order.OrderNo, "payment"),
                cancellationToken
            );
            if (payment.Status != PaymentStatus.Captured)
            {
                return payment.DeclineCode == DeclineCodes.InsufficientFunds
                    ? "Your balance is too low: top up first."
                    : $"The payment failed: {payment.DeclineCode}";
            }

            await shop.WaitForDeliveryAsync(order.OrderNo, cancellationToken);
            return null;
        });

    /// <summary>Pays without an agreement: the customer confirms this one payment on the bank's page.</summary>
    public async Task<IActionResult> OnPostPayOnceAsync(CancellationToken cancellationToken)
    {
        var user = VideoUser;
        var order = shop.NewOrder(user.Id);
        try
        {
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
        catch (OpenBankingException refused)
        {
            return RedirectToPage(new { Notice = refused.Message });
        }
    }

    public Task<IActionResult> OnPostRefundAsync(CancellationToken cancellationToken) =>
        TryAsync(async user =>
        {
            if (
                shop.FindOrderOf(user.Id) is not { State: OrderState.Delivered, PaymentId: { } payment } order
            )
            {
                return "There is nothing to give back.";
            }

            await bank.Refunds.CreateAsync(
                new CreateRefundRequest { PaymentId = payment },
                IdempotencyKey.FromOrder(order.OrderNo, "refund"),
                cancellationToken
            );
            shop.Save(order with { State = OrderState.Refunded });
            return "Your money and your voucher are back.";
        });

    /// <summary>Does it for a linked user, and shows the page again; what goes wrong is said on it.</summary>
    private async Task<IActionResult> TryAsync(Func<VideoUser, Task<string?>> act)
    {
        var user = VideoUser;
        if (user.AgreementId is null)
        {
            return RedirectToPage(new { Notice = "Link an account first." });
        }

        try
        {
            return RedirectToPage(new { Notice = await act(user) });
        }
        catch (OpenBankingException refused)
        {
            return RedirectToPage(new { Notice = refused.Message });
        }
    }

    /// <summary>Numbers what a user does that is no order, so that each has a key of its own.</summary>
    private string NextNumber(VideoUser user)
    {
        shop.Save(user with { Attempts = user.Attempts + 1 });
        return $"{user.Id}-{user.Attempts + 1}";
    }
}
