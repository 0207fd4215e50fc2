using OpenBanking.Tests.Http.Dashboard;
using Xunit;

namespace OpenBanking.Tests.Http.Confirmations;

/// <summary>A customer who signs in with a passkey on the way to confirm a payment.</summary>
public sealed class PasskeyToConfirmTests(SharedServer shared) : PasskeyPageTests(shared)
{
    [Fact]
    public async Task It_takes_the_codes_place_and_the_PIN_still_pays()
    {
        await AddAsync();
        var asked = await AskAsync();
        using var phone = await ToSignInAsync(asked);

        await EnterAsync(phone, Device);

        Assert.EndsWith("/my/pin", phone.Address.AbsolutePath);
        Assert.Contains("Test App asks you to pay", Text(phone));
        await phone.SubmitAsync("Pay", ("Pin", "246802"));
        Assert.Contains("That is not your PIN", Text(phone));
        Assert.Equal(PaymentStatus.RequiresAction, await StatusAsync(asked));
        await phone.SubmitAsync("Pay", ("Pin", TestPartner.Pin));
        Assert.Equal(PaymentStatus.Captured, await StatusAsync(asked));
        Assert.Equal(Money.Yuan(80), await Partner.BalanceAsync(Customer));
    }

    [Fact]
    public async Task It_takes_the_codes_place_where_the_code_was_sent_already()
    {
        await AddAsync();
        var asked = await AskAsync();
        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);
        using var phone = await ToSignInAsync(asked);
        await phone.SubmitAsync(("Mobile", Person.Mobile));
        Assert.EndsWith("/my/code", phone.Address.AbsolutePath);

        await EnterAsync(phone, Device);
        await phone.SubmitAsync("Pay", ("Pin", TestPartner.Pin));

        Assert.Equal(PaymentStatus.Captured, await StatusAsync(asked));
    }

    [Fact]
    public async Task One_that_is_not_known_pays_nothing()
    {
        await AddAsync();
        var asked = await AskAsync();
        using var phone = await ToSignInAsync(asked);
        using var stranger = new SoftwareAuthenticator { UserHandle = Device.UserHandle };

        await EnterAsync(phone, stranger);

        Assert.EndsWith("/my/sign-in", phone.Address.AbsolutePath);
        Assert.Contains("does not sign you in", Text(phone));
        Assert.Contains("¥20.00", Text(phone));
        Assert.Equal(PaymentStatus.RequiresAction, await StatusAsync(asked));
    }

    private Task<Payment> AskAsync() =>
        Partner.Client.Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = "order-1",
                Amount = Money.Yuan(20),
                ReturnUrl = TestPartner.RedirectUri.ToString(),
            },
            IdempotencyKey.FromOrder("order-1", "payment")
        );

    private static async Task<Browser> ToSignInAsync(Payment asked)
    {
        var phone = await AtAsync(new Uri(asked.NextAction!.ConfirmationUrl));
        await phone.SubmitAsync();
        Assert.EndsWith("/my/sign-in", phone.Address.AbsolutePath);
        return phone;
    }

    private async Task<PaymentStatus> StatusAsync(Payment asked) =>
        (await Partner.Client.Payments.GetAsync(asked.Id)).Status;
}
