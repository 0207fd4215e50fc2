using OpenBanking.Server.Engine;
using OpenBanking.Server.Pages;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Confirmations;

/// <summary>A payment that is to be confirmed, with what became of it.</summary>
/// <param name="Payment">The payment it came to; null when it came to none.</param>
public sealed record KnownConfirmation(World World, ConfirmationRow Row, AppRow App, PaymentRow? Payment)
{
    public PaymentStatus Status =>
        Payment is { } payment ? PaymentRules.StatusOf(payment.State) : ConfirmationRules.StatusOf(Row.State);

    /// <summary>The price; once a hold has ended, what was taken of it.</summary>
    public long Amount => Payment?.Amount ?? Row.Amount;

    /// <summary>The campaign's part of it.</summary>
    public long Discount => Payment?.Discount ?? Row.Discount;

    /// <summary>Whether money is held for it, or would be.</summary>
    public bool Holds => Row.Manual && (Payment?.State ?? PaymentState.Authorized) == PaymentState.Authorized;

    /// <summary>Whether what was held has come back whole.</summary>
    public bool IsReleased => Payment?.State is PaymentState.Canceled or PaymentState.Expired;

    /// <summary>Whom the customer pays.</summary>
    public string Payee => Row.Payee ?? App.Name;

    /// <summary>The app that asks, where the customer pays somebody else.</summary>
    public string? Through => Payee == App.Name ? null : App.Name;

    public string Digest => ConfirmationRules.DigestOf(Row, App.Name);

    /// <summary>Back to the app, with the id and the state of the payment and nothing else; null when the app named no
    /// way back.</summary>
    public string? ReturnTo =>
        Row.ReturnUrl is { } url
            ? $"{url}{(url.Contains('?') ? '&' : '?')}payment_id={Row.PaymentId}&status={Status}"
            : null;
}

/// <summary>Payments that are to be confirmed, for the bank's pages: whoever has the link may look.</summary>
public sealed class ConfirmationQueries(Store store)
{
    public async ValueTask<KnownConfirmation?> FindAsync(World world, Id<PaymentRow> id) =>
        await store.FindAsync(ConfirmationTables.Confirmations, world, new ConfirmationKey(id)) is { } row
            ? new(
                world,
                row,
                (await store.FindAsync(PartnerTables.Apps, world, row.AppId))!,
                row.State == ConfirmationState.Confirmed
                    ? await store.FindAsync(PaymentTables.Payments, world, id)
                    : null
            )
            : null;

    /// <summary>Where a customer goes when it is over: back to the app where it named a way, else to what became of it.</summary>
    public async Task<string> WayOutOfAsync(KnownConfirmation known) =>
        (await FindAsync(known.World, known.Row.PaymentId))!.ReturnTo
        ?? PageRoutes.Pay(known.World, known.Row.PaymentId);
}
