using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Security;
using OpenBanking.Tests.Storage.Engine;

namespace OpenBanking.Tests.Storage.Outside;

/// <summary>What becomes of messages that could not be sent for a while.</summary>
public abstract class DelayedMessageTests<TDatabase> : EngineSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    [Fact]
    public async Task A_code_is_sent_until_it_ends_and_a_notice_however_late()
    {
        var vault = new Vault(new ServerKeys(new byte[32]));
        var sender = new Sender();
        var messages = new Messages(Engine, Clock, vault, sender);
        var now = Clock.GetUtcNow();
        PhoneMessage[] waiting =
        [
            OneTimeCodeRules.Message("13800138000", "code", now),
            new("13800138000", "notice"),
        ];

        Clock.Now += OneTimeCodeRules.Lifetime - TimeSpan.FromTicks(10);
        await SendAsync(1);
        Clock.Now += TimeSpan.FromTicks(10);
        await SendAsync(3);

        Assert.Equal(["code", "notice", "notice"], sender.Sent);

        async Task SendAsync(int first)
        {
            for (var i = 0; i < waiting.Length; i++)
            {
                var id = Rows.Id<IntentRow>(first + i);
                var intent = Rows.Intent with
                {
                    Id = id,
                    Kind = IntentKind.SendMessage,
                    State = IntentState.Sent,
                    Request = vault.SealJson(waiting[i], id.Value),
                };
                using (var session = Store.OpenWriteSession())
                {
                    session.Insert(Rows.World, IntentTables.Intents, intent);
                }

                await messages.HandleAsync(new(Rows.World, id), intent, false, CancellationToken.None);
                Assert.Equal(IntentState.Done, Store.Find(IntentTables.Intents, Rows.World, id)!.State);
            }
        }
    }

    private sealed class Sender : IMessageSender
    {
        public List<string> Sent { get; } = [];

        public Task<OutsideAnswer> SendAsync(
            Reference reference,
            PhoneMessage message,
            CancellationToken cancellationToken
        )
        {
            Sent.Add(message.Text);
            return Task.FromResult(OutsideAnswer.Done);
        }

        public Task<OutsideAnswer?> FindAsync(Reference reference, CancellationToken cancellationToken) =>
            Task.FromResult<OutsideAnswer?>(null);
    }
}
