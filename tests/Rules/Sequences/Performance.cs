using System.Text;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Tests.Rules.Sequences;

/// <summary>What a command came to.</summary>
/// <param name="Reply">What it made; null when it was refused or known.</param>
/// <param name="Text">All of it as text, to be compared with the same command elsewhere.</param>
internal sealed record Came(
    object? Reply,
    string? Refusal,
    bool Known,
    IReadOnlyList<Event> Events,
    int Written,
    string Text
);

/// <summary>A command as it was given on the stage, to be given again to a real engine.</summary>
internal abstract class Performance
{
    public abstract Came RunOn(MemoryBank bank);

    /// <summary>Submits it in another world; gives what it came to, as text.</summary>
    public abstract Task<string> SubmitAsync(Server.Engine.Engine engine, World world);

    /// <summary>The same key once more, with the same request or with another.</summary>
    public abstract Performance Again(bool sameRequest);
}

/// <summary>A command without a key: the bank's own doing.</summary>
internal sealed class Performance<TReply>(Command<TReply> command) : Performance
{
    public override Came RunOn(MemoryBank bank)
    {
        var ran = bank.Run(command);
        (object? reply, string? refusal) = ran.Decision switch
        {
            Accepted<TReply> accepted => ((object?)accepted.Reply, (string?)null),
            Declined<TReply> declined => (declined.Reply, null),
            Rejected<TReply> rejected => (null, rejected.Refusal.Code),
            var other => throw new InvalidOperationException($"Unknown decision {other}."),
        };
        return new(reply, refusal, Known: false, ran.Events, ran.Written, TextOf(ran.Decision));
    }

    public override async Task<string> SubmitAsync(Server.Engine.Engine engine, World world) =>
        TextOf(await engine.SubmitAsync(command with { World = world }));

    public override Performance Again(bool sameRequest) => this;

    private static string TextOf(Decision<TReply> decision) =>
        decision switch
        {
            Accepted<TReply> accepted => $"accepted {RowText.Of(accepted.Reply)}",
            Declined<TReply> declined => $"declined {RowText.Of(declined.Reply)}",
            _ => $"{decision}",
        };
}

/// <summary>A command under an idempotency key, as a partner sends it.</summary>
/// <param name="idOf">The id of what it makes.</param>
internal sealed class KeyedPerformance<TReply>(
    Command<TReply> command,
    KeyedRequest request,
    Func<TReply, Guid> idOf
) : Performance
    where TReply : class?
{
    public override Came RunOn(MemoryBank bank)
    {
        TReply? made = null;
        var ran = bank.RunKeyed(
            command,
            request,
            reply =>
            {
                made = reply;
                return Render(reply);
            }
        );
        return new(
            made,
            (ran.Outcome as KeyedOutcome.Refused)?.Refusal.Code,
            ran.Outcome is KeyedOutcome.Known,
            ran.Events,
            ran.Written,
            TextOf(ran.Outcome, (ran.Outcome as KeyedOutcome.Known)?.Row is { } row ? bank.Recall(row) : null)
        );
    }

    public override async Task<string> SubmitAsync(Server.Engine.Engine engine, World world)
    {
        var outcome = await engine.SubmitAsync(command with { World = world }, request, Render);
        return TextOf(
            outcome,
            outcome is KeyedOutcome.Known known ? await engine.RecallAnswerAsync(world, known.Row) : null
        );
    }

    public override Performance Again(bool sameRequest) =>
        sameRequest
            ? this
            : new KeyedPerformance<TReply>(
                command,
                request with
                {
                    Fingerprint = new(request.Fingerprint.ToByteArray().Reverse().ToArray()),
                },
                idOf
            );

    private Answer Render(TReply reply) => new(201, idOf(reply), Encoding.UTF8.GetBytes(RowText.Of(reply)));

    /// <summary>The answer is the same text, whether it is given for the first time or once more.</summary>
    private static string TextOf(KeyedOutcome outcome, byte[]? recalled) =>
        outcome switch
        {
            KeyedOutcome.Fresh fresh => AnswerOf(
                fresh.Answer.Status,
                fresh.Answer.ResourceId,
                fresh.Answer.Body
            ),
            KeyedOutcome.Known known => AnswerOf(known.Row.Status, known.Row.ResourceId, recalled!),
            _ => $"{outcome}",
        };

    private static string AnswerOf(int status, Guid id, byte[] body) =>
        $"{status} {id} {Encoding.UTF8.GetString(body)}";
}
