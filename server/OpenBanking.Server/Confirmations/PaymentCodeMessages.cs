using Microsoft.Extensions.Localization;
using OpenBanking.Server.Pages;

namespace OpenBanking.Server.Confirmations;

/// <summary>Writes the message with the one-time code of a payment: a customer who is talked into reading it out sees to whom, and how
/// much.</summary>
public sealed class PaymentCodeMessages(BankOptions bank, IStringLocalizer<Texts> texts)
{
    /// <param name="known">The payment that waits.</param>
    /// <param name="code">The code, six digits.</param>
    /// <returns>The message, in the language of this call.</returns>
    public string Write(KnownConfirmation known, string code)
    {
        var amount = Amounts.Yuan(known.Row.CustomerAmount);
        return known.Through is { } app
            ? texts["PayCodeMessageThrough", bank.Name, code, amount, known.Payee, app]
            : texts["PayCodeMessage", bank.Name, code, amount, known.Payee];
    }
}
