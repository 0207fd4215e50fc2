using System.Globalization;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Pages;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Payments;

/// <summary>Tells a customer by a message of a payment that they were not asked about: payee and amount, in the language they
/// agreed in, and of the account its last four digits alone.</summary>
public sealed class PaymentNotices(
    Store store,
    Engine.Engine engine,
    TimeProvider time,
    Vault vault,
    IMessageSender sender,
    BankOptions bank,
    IStringLocalizer<Texts> texts
) : IIntentHandler
{
    public IntentKind Kind => IntentKind.NotifyCustomer;

    public async Task HandleAsync(
        Reference reference,
        IntentRow intent,
        bool mayBeKnown,
        CancellationToken cancellationToken
    )
    {
        var answer = mayBeKnown ? await sender.FindAsync(reference, cancellationToken) : null;
        if (answer is null && await WriteAsync(reference, new(intent.SubjectId)) is { } message)
        {
            await sender.SendAsync(reference, message, cancellationToken);
        }

        CrashPoints.Pass(CrashPoint.OutsideAnswered);
        await engine.SubmitAsync(new FinishMessage(reference.World, time.GetUtcNow(), reference.Id));
    }

    /// <summary>What of the customer's own money was paid, or set aside: of that a part may have been captured
    /// meanwhile.</summary>
    private async Task<long> AmountOfAsync(World world, PaymentRow payment)
    {
        var coupon = payment.CouponId is { } id
            ? await store.FindAsync(CouponTables.Coupons, world, id)
            : null;
        return payment.Authorized is { } price ? HoldShares.MostToPay(coupon, price) : payment.CustomerAmount;
    }

    /// <summary>Null when the customer's profile was erased meanwhile, or they have no number.</summary>
    private async Task<PhoneMessage?> WriteAsync(Reference reference, Id<PaymentRow> id)
    {
        var world = reference.World;
        var payment = (await store.FindAsync(PaymentTables.Payments, world, id))!;
        var agreement = (await store.FindAsync(ConsentTables.Agreements, world, payment.AgreementId))!;
        var customer = (await store.FindAsync(CustomerTables.Customers, world, payment.CustomerId))!;
        if (
            customer.ErasedAt is not null
            || vault.OpenJson<CustomerProfile>(customer.Profile, customer.Id.Value)
                is not { HasMobile: true, Mobile: var mobile }
        )
        {
            return null;
        }

        var account = (await store.FindAsync(AccountTables.Accounts, world, payment.AccountId))!;
        var app = (await store.FindAsync(PartnerTables.Apps, world, payment.AppId))!;
        // Of this call alone: the next message may be in another one.
        CultureInfo.CurrentUICulture = new(agreement.Language ?? PageLanguages.Supported[0]);
        return new(
            mobile,
            texts[
                payment.Authorized is null ? "NoticePaid" : "NoticeHeld",
                bank.Name,
                Amounts.Yuan(await AmountOfAsync(world, payment)),
                payment.Payee ?? app.Name,
                account.LastFour
            ]
        );
    }
}
