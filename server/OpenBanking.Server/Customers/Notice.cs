using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;

namespace OpenBanking.Server.Customers;

/// <summary>A message to a customer's phone that goes out with what it tells of.</summary>
/// <param name="Message">Sealed; empty when there is no number to send it to.</param>
public sealed record Notice(Id<IntentRow> IntentId, byte[] Message, DateTimeOffset RealNow)
{
    public void Send(Book book, Id<CustomerRow> customerId)
    {
        if (Message.Length > 0)
        {
            IntentRules.Ask(book, IntentId, IntentKind.SendMessage, customerId.Value, RealNow, Message);
        }
    }
}
