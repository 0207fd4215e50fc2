using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Security;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Customers;

/// <summary>The message was sent, or will never be.</summary>
public sealed record FinishMessage(World World, DateTimeOffset Now, Id<IntentRow> IntentId)
    : Command<Done>(World, Now)
{
    public override Subject Subject => Subject.Of(IntentId);

    public override void Keys(IKeySet keys) => keys.Want(IntentTables.Intents, IntentId);

    public override Decision<Done> Decide(Book book)
    {
        IntentRules.TryFinish(book, IntentId);
        return Decision.Accept(new Done());
    }
}

/// <summary>Sends messages to phones.</summary>
public sealed class Messages(Engine.Engine engine, TimeProvider time, Vault vault, IMessageSender sender)
    : IIntentHandler
{
    public IntentKind Kind => IntentKind.SendMessage;

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
            var message = vault.OpenJson<PhoneMessage>(intent.Request!, intent.Id.Value);
            // A code that has ended would only keep its reader from asking for another.
            if (message.UsefulUntil is not { } end || time.GetUtcNow() < end)
            {
                await sender.SendAsync(reference, message, cancellationToken);
            }
        }

        CrashPoints.Pass(CrashPoint.OutsideAnswered);
        await engine.SubmitAsync(new FinishMessage(reference.World, time.GetUtcNow(), reference.Id));
    }
}
