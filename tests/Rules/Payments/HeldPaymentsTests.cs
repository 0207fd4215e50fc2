using OpenBanking.Server.Partners;
using OpenBanking.Server.Payments;
using Xunit;

namespace OpenBanking.Tests.Rules.Payments;

public sealed class HeldPaymentsTests
{
    private readonly HeldPayments held = new();

    [Fact]
    public void A_payment_is_remembered_for_its_own_app_alone()
    {
        var payment = Rows.Payment;
        held.Keep(payment);

        Assert.Same(payment, held.Find(payment.AppId, payment.Id));
        Assert.Null(held.Find(Rows.Id<AppRow>(99), payment.Id));
        Assert.Null(held.Find(payment.AppId, Rows.Id<PaymentRow>(99)));
    }
}
