using OpenBanking.Server.Customers;
using OpenBanking.Server.Outside;

namespace OpenBanking.Tests.Rules.Customers;

public class MessagesTests
{
    [Fact]
    public void A_message_that_was_sent_is_forgotten()
    {
        var asked = Rows.Intent with { Kind = IntentKind.SendMessage, Request = Rows.Sealed };
        var bank = new MemoryBank().Put(IntentTables.Intents, asked);
        var finish = new FinishMessage(Rows.World, Rows.Noon, asked.Id);

        Assert.Equal(1, bank.Run(finish).Written);

        var done = bank.Get(IntentTables.Intents, asked.Id);
        Assert.Equal((IntentState.Done, null), (done.State, done.Request));
        Assert.Equal(0, bank.Run(finish).Written);
    }
}
