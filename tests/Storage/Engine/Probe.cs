using OpenBanking.Server.Engine;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Tests.Storage.Engine;

/// <summary>A command that does what a test says. The reply is a number.</summary>
internal sealed record Probe(World World, Func<Book, Decision<int>> Decided, Action<IKeySet>? Named = null)
    : Command<int>(World, Rows.Noon)
{
    private Guid lane;

    public override Guid Lane => lane;

    public override void Keys(IKeySet keys) => Named?.Invoke(keys);

    /// <summary>The same in a lane.</summary>
    public Probe In(Guid key) => this with { lane = key };

    public override Decision<int> Decide(Book book) => Decided(book);

    /// <summary>Puts a message with this number and replies with the number.</summary>
    public static Probe Put(int number, World? world = null) =>
        new(
            world ?? Rows.World,
            book =>
            {
                book.Insert(SandboxTables.Messages, Message(number));
                return Decision.Accept(number);
            }
        );

    /// <summary>Puts a message and fails of a bug, a refusal or whatever else comes next.</summary>
    public static Probe PutAnd(int number, Func<Book, Decision<int>> then, Action<IKeySet>? named = null) =>
        new(
            Rows.World,
            book =>
            {
                book.Insert(SandboxTables.Messages, Message(number));
                return then(book);
            },
            named
        );

    /// <summary>Puts a message, and a card that the database refuses.</summary>
    public static Probe PutRefusedByTheDatabase(int number) =>
        PutAnd(
            number,
            book =>
            {
                book.Insert(
                    SandboxTables.Cards,
                    new SandboxCardRow
                    {
                        Number = $"{number}",
                        IdNumber = "1",
                        Bank = "",
                        Balance = -1,
                    }
                );
                return Decision.Accept(number);
            }
        );

    public static SandboxMessageRow Message(int number) =>
        new()
        {
            Id = Rows.Id<Server.Outside.IntentRow>(number),
            Mobile = "a",
            Text = $"{number}",
            SentAt = Rows.Noon,
        };
}
