using System.Security.Cryptography;
using System.Text;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Engine;

/// <summary>A form of a page that was sent.</summary>
/// <param name="Id">Tells it from every other.</param>
public record SentForm(string Id)
{
    /// <summary>Tells what was entered in it, and that it was in it, from everything else: of two taps on one form one counts.</summary>
    /// <param name="entered">The keyed digest of what was entered.</param>
    public byte[] DigestOf(byte[] entered) => SHA256.HashData([.. Encoding.UTF8.GetBytes(Id), .. entered]);
}

/// <summary>A request to change something: complete, immutable, and with the business time of its world.</summary>
/// <typeparam name="TReply">What the one who asked is told.</typeparam>
public abstract record Command<TReply>(World World, DateTimeOffset Now)
{
    /// <summary>Commands of one lane are decided one after the other, in the order they came; those of different lanes
    /// may run side by side. Who changes the same rows had better be in the same: a customer's payments are in the
    /// customer's.</summary>
    public virtual Guid Lane => Guid.Empty;

    /// <summary>Who asks, for the audit; the bank itself unless the command says otherwise.</summary>
    public virtual Actor Actor => Actor.Bank;

    /// <summary>What it is about, for the audit; nothing where there is no one thing.</summary>
    public virtual Subject Subject => default;

    /// <summary>The form it was sent with; null when it came in none of a page.</summary>
    public SentForm? Form { get; init; }

    /// <summary>Whether the audit keeps a record of it. Only the bookkeeping of those who follow the audit has none: it would
    /// never end.</summary>
    public virtual bool Audited => true;

    /// <summary>Names the rows the decision needs.</summary>
    public abstract void Keys(IKeySet keys);

    /// <summary>Decides from the rows alone: no I/O, no clock, no chance.</summary>
    public abstract Decision<TReply> Decide(Book book);
}

/// <summary>What became of a command.</summary>
public abstract record Decision<TReply>
{
    public static implicit operator Decision<TReply>(Refusal refusal) => new Rejected<TReply>(refusal);
}

/// <summary>Done; the changes are kept.</summary>
public sealed record Accepted<TReply>(TReply Reply) : Decision<TReply>;

/// <summary>A business no that is a fact of its own, such as a payment that failed for lack of funds, or a wrong
/// code that was counted; the changes are kept, and the answer is replayed.</summary>
public sealed record Declined<TReply>(TReply Reply) : Decision<TReply>;

/// <summary>Refused; nothing is kept.</summary>
public sealed record Rejected<TReply>(Refusal Refusal) : Decision<TReply>;

/// <summary>Why something was refused.</summary>
/// <param name="Code">A code of the catalogue, or of the OAuth specification on its endpoints.</param>
/// <param name="Detail">What was wrong this time; the catalogue's advice when absent.</param>
/// <param name="Pointer">The field, as a JSON pointer.</param>
public record Refusal(string Code, string? Detail = null, string? Pointer = null);

/// <summary>Short forms for rules.</summary>
public static class Decision
{
    public static Accepted<TReply> Accept<TReply>(TReply reply) => new(reply);

    public static Declined<TReply> Decline<TReply>(TReply reply) => new(reply);

    public static Refusal Reject(string code, string? detail = null, string? pointer = null) =>
        new(code, detail, pointer);
}

/// <summary>The reply of a command that has nothing to say.</summary>
public readonly record struct Done;
