using OpenBanking.Samples.Quickstart;
using OpenBanking.Tests.Http.Dashboard;
using Xunit;

namespace OpenBanking.Tests.Http.Confirmations;

/// <summary>Tests of payments that a customer confirms: 100.00 are on the account, and there is a coupon.</summary>
public abstract class ConfirmationPageTests(SharedServer shared) : OwnPageTests(shared)
{
    private string? lastCode;

    protected PaymentsClient Payments => Partner.Client.Payments;

    protected static IdempotencyKey Key(string name) => IdempotencyKey.FromOrder("order-1", name);

    protected static CreatePaymentRequest Order(decimal yuan, string orderNo = "order-1") =>
        new()
        {
            OrderNo = orderNo,
            Amount = Money.Yuan(yuan),
            Description = "One month of films",
            ReturnUrl = TestPartner.RedirectUri.ToString(),
        };

    protected Task<Payment> AskAsync(decimal yuan, string orderNo = "order-1") =>
        AskAsync(Order(yuan, orderNo));

    protected Task<Payment> AskAsync(CreatePaymentRequest order) =>
        Payments.CreateAsync(order, IdempotencyKey.FromOrder(order.OrderNo, "payment"));

    /// <summary>From the link to the page that asks for the PIN, signing in on the way.</summary>
    protected async Task ToConfirmAsync(
        Payment payment,
        Browser? browser = null,
        SandboxPerson? person = null
    )
    {
        browser ??= Browser;
        person ??= Person;
        await browser.GoAsync(new Uri(payment.NextAction!.ConfirmationUrl));
        await browser.SubmitAsync();
        if (browser.Address.AbsolutePath.EndsWith("/my/sign-in", StringComparison.Ordinal))
        {
            await Shared.Server.EndPauseAsync(Partner, person.Mobile);
            await browser.SubmitAsync(("Mobile", person.Mobile));
            await browser.SubmitAsync(("Code", await NewCodeAsync(person)));
            await browser.SubmitAsync(("Pin", TestPartner.Pin));
        }

        Assert.EndsWith($"/pay/{payment.Id}/confirm", browser.Address.AbsolutePath);
    }

    /// <summary>Another code than the last: messages take a moment.</summary>
    private async Task<string> NewCodeAsync(SandboxPerson person)
    {
        var before = lastCode;
        while ((lastCode = await CodeAsync(person)) == before)
        {
            await Task.Delay(25);
        }

        return lastCode;
    }

    /// <summary>Back at the app, with the payment's id and state and nothing else.</summary>
    protected static void AssertBack(Browser browser, Payment payment, PaymentStatus status) =>
        Assert.Equal(
            $"{TestPartner.RedirectUri}?payment_id={payment.Id}&status={status}",
            browser.Address.ToString()
        );

    protected static async Task<OpenBankingException> RefusalAsync(Func<Task> act) =>
        await Assert.ThrowsAnyAsync<OpenBankingException>(act);

    /// <summary>The newest message of a kind, and the code in it.</summary>
    protected async Task<(string Code, string Text)> PaymentCodeAsync()
    {
        for (var i = 0; i < 200; i++)
        {
            if (
                await Partner.MessagesAsync(Person.Mobile) is [var newest, ..]
                && newest.Text.Contains("code to pay")
            )
            {
                return (
                    new([.. newest.Text.SkipWhile(letter => !char.IsAsciiDigit(letter)).Take(6)]),
                    newest.Text
                );
            }

            await Task.Delay(25);
        }

        throw new InvalidOperationException("No code came.");
    }

    protected async Task<IReadOnlyList<string>> EventsOfAsync(Payment payment)
    {
        for (var i = 0; ; i++)
        {
            var page = await Partner.Client.Events.ListPageAsync(pageSize: 100);
            string[] told =
            [
                .. page
                    .Data.Where(one =>
                        one.Data.PaymentId == payment.Id
                        && one.Type.StartsWith("payment.", StringComparison.Ordinal)
                    )
                    .OrderBy(one => one.Sequence)
                    .Select(one => one.Type),
            ];
            if (told.Length > 1 || i == 200)
            {
                return told;
            }

            await Task.Delay(25);
        }
    }
}
