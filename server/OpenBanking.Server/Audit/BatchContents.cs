using System.Text;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;

namespace OpenBanking.Server.Audit;

/// <summary>What an audit record holds: who did what to what, which entries of the ledger it wrote with a digest over
/// them, whose events it caused, and a digest over these and over the answers. No names, no amounts, no secrets.</summary>
/// <param name="EventApps">The apps that the batch has events of.</param>
/// <param name="Commands">The commands that changed something, in order.</param>
/// <param name="Entries">The keys of the entries, in the order they were posted.</param>
/// <param name="EntriesDigest">SHA-256 over those entries as they were written.</param>
public sealed record BatchContents(
    IReadOnlyList<Guid> EventApps,
    IReadOnlyList<CommandRecord> Commands,
    IReadOnlyList<EntryKey> Entries,
    byte[] EntriesDigest
)
{
    private const byte Version = 1;

    /// <summary>SHA-256 over the events as they are kept, empty where there are none; null in a record of a server that noted
    /// none.</summary>
    public byte[]? EventsDigest { get; init; }

    /// <summary>The same of the answers.</summary>
    public byte[]? AnswersDigest { get; init; }

    /// <summary>A byte for the version, the ids and words that occur, each once, and then numbers into them: a payment
    /// takes some sixty bytes.</summary>
    public byte[] Write()
    {
        var ids = new Numbered<Guid>();
        var words = new Numbered<string>();
        using var body = new MemoryStream();
        using var writer = new BinaryWriter(body);
        WriteAll(writer, EventApps, app => writer.Write7BitEncodedInt(ids.Of(app)));
        WriteAll(
            writer,
            Commands,
            command =>
            {
                writer.Write7BitEncodedInt(words.Of(command.Command));
                writer.Write(command.Declined);
                writer.Write((byte)command.Actor.Kind);
                writer.Write7BitEncodedInt(ids.Of(command.Actor.Id));
                writer.Write7BitEncodedInt(words.Of(command.Subject.IdPrefix ?? ""));
                writer.Write7BitEncodedInt(ids.Of(command.Subject.Id));
            }
        );
        WriteAll(
            writer,
            Entries,
            entry =>
            {
                writer.Write7BitEncodedInt(ids.Of(entry.AccountId));
                writer.Write7BitEncodedInt64(entry.Sequence);
                writer.Write7BitEncodedInt(ids.Of(entry.PostingId));
            }
        );
        writer.Write(EntriesDigest);
        // Behind what servers before read: they leave it unread.
        foreach (var digest in (byte[]?[])[EventsDigest, AnswersDigest])
        {
            if (digest is not null)
            {
                writer.Write((byte)digest.Length);
                writer.Write(digest);
            }
        }

        using var output = new MemoryStream();
        using var head = new BinaryWriter(output);
        head.Write(Version);
        WriteAll(head, ids.Values, id => head.Write(id.ToByteArray(bigEndian: true)));
        WriteAll(head, words.Values, head.Write);
        body.WriteTo(output);
        return output.ToArray();
    }

    /// <exception cref="InvalidDataException">It is not what <see cref="Write"/> writes.</exception>
    public static BatchContents Read(byte[] bytes)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
            return reader.ReadByte() == Version
                ? ReadVersionOne(reader)
                : throw new InvalidDataException("The record is of another version.");
        }
        catch (Exception broken) when (broken is not InvalidDataException)
        {
            throw new InvalidDataException("The record cannot be read.", broken);
        }
    }

    /// <summary>The same; null where it is not what <see cref="Write"/> writes.</summary>
    public static BatchContents? TryRead(byte[] bytes)
    {
        try
        {
            return Read(bytes);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static BatchContents ReadVersionOne(BinaryReader reader)
    {
        var ids = ReadAll(reader, () => new Guid(reader.ReadBytes(16), bigEndian: true));
        var words = ReadAll(reader, reader.ReadString);
        return new(
            ReadAll(reader, Id),
            ReadAll(
                reader,
                () =>
                    new CommandRecord(
                        Word(),
                        reader.ReadBoolean(),
                        new((ActorKind)reader.ReadByte(), Id()),
                        new(Word() is { Length: > 0 } prefix ? prefix : null, Id())
                    )
            ),
            ReadAll(reader, () => new EntryKey(Id(), reader.Read7BitEncodedInt64(), Id())),
            reader.ReadBytes(32)
        )
        {
            EventsDigest = Further(),
            AnswersDigest = Further(),
        };

        Guid Id() => ids[reader.Read7BitEncodedInt()];
        string Word() => words[reader.Read7BitEncodedInt()];
        byte[]? Further() =>
            reader.BaseStream.Position < reader.BaseStream.Length
                ? reader.ReadBytes(reader.ReadByte())
                : null;
    }

    private static void WriteAll<T>(BinaryWriter writer, IReadOnlyList<T> items, Action<T> write)
    {
        writer.Write7BitEncodedInt(items.Count);
        foreach (var item in items)
        {
            write(item);
        }
    }

    /// <summary>No more is believed than there are bytes for.</summary>
    private static List<T> ReadAll<T>(BinaryReader reader, Func<T> read)
    {
        var count = reader.Read7BitEncodedInt();
        if (count > reader.BaseStream.Length)
        {
            throw new InvalidDataException("The record says that it holds more than it does.");
        }

        var items = new List<T>(count);
        while (items.Count < count)
        {
            items.Add(read());
        }

        return items;
    }

    /// <summary>Values, each with the number of its first use.</summary>
    private sealed class Numbered<T>
        where T : notnull
    {
        private readonly Dictionary<T, int> numbers = [];

        public List<T> Values { get; } = [];

        public int Of(T value)
        {
            if (!numbers.TryGetValue(value, out var number))
            {
                numbers.Add(value, number = Values.Count);
                Values.Add(value);
            }

            return number;
        }
    }
}
