using System.Globalization;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Pages;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;

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
        if (answer is null)
        {
            await sender.SendAsync(
                reference,
                await WriteAsync(reference, new(intent.SubjectId)),
                cancellationToken
            );
        }

        CrashPoints.Pass(CrashPoint.OutsideAnswered);
        await engine.SubmitAsync(new FinishMessage(reference.World, time.GetUtcNow(), reference.Id));
    }

    private async Task<PhoneMessage> WriteAsync(Reference reference, Id<PaymentRow> id)
    {
        var world = reference.World;
        var payment = (await store.FindAsync(PaymentTables.Payments, world, id))!;
        var agreement = (await store.FindAsync(ConsentTables.Agreements, world, payment.AgreementId))!;
        var customer = (await store.FindAsync(CustomerTables.Customers, world, payment.CustomerId))!;
        var account = (await store.FindAsync(AccountTables.Accounts, world, payment.AccountId))!;
        var app = (await store.FindAsync(PartnerTables.Apps, world, payment.AppId))!;
        // Of this call alone: the next message may be in another one.
        CultureInfo.CurrentUICulture = new(agreement.Language ?? PageLanguages.Supported[0]);
        return new(
            vault.OpenJson<CustomerProfile>(customer.Profile, customer.Id.Value).Mobile,
            texts[
                payment.Authorized is null ? "NoticePaid" : "NoticeHeld",
                bank.Name,
                // A part of a hold may have been captured meanwhile.
                Amounts.Yuan(payment.Authorized ?? payment.CustomerAmount),
                payment.Payee ?? app.Name,
                account.LastFour
            ]
        );
    }
}
