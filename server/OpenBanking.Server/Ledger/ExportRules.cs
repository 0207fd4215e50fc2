using OpenBanking.Server.Engine;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Ledger;

/// <summary>Notes how far the export has come, or that it does not get on. Null when somebody else went on with it
/// meanwhile.</summary>
public sealed record NoteExport(DateTimeOffset Now, PostingExportRow Progress)
    : Command<PostingExportRow?>(World.Live, Now)
{
    /// <summary>A record of it would be sealed, and have to be gone over in turn.</summary>
    public override bool Audited => false;

    public override void Keys(IKeySet keys) => keys.Want(LedgerTables.Exports, new(Progress.Number));

    public override Decision<PostingExportRow?> Decide(Book book) =>
        Decision.Accept(ExportRules.Note(this, book));
}

/// <summary>How entries become the transactions that the bank's core books.</summary>
public static class ExportRules
{
    public static PostingExportRow? Note(NoteExport command, Book book) =>
        book.Find(LedgerTables.Exports, new(command.Progress.Number)) is not { } known
            ? book.Insert(LedgerTables.Exports, command.Progress)
        : known.Version == command.Progress.Version ? book.Update(LedgerTables.Exports, command.Progress)
        : null;

    /// <summary>Cuts the entries of a batch, in the order they were posted, into what sums to zero.</summary>
    public static IReadOnlyList<IReadOnlyList<EntryRow>> Cut(IReadOnlyList<EntryRow> entries)
    {
        var transactions = new List<IReadOnlyList<EntryRow>>();
        var open = new List<EntryRow>();
        var sum = 0L;
        foreach (var entry in entries)
        {
            open.Add(entry);
            sum = checked(sum + entry.Amount);
            if (sum == 0)
            {
                transactions.Add([.. open]);
                open.Clear();
            }
        }

        return open.Count == 0
            ? transactions
            : throw new InvariantViolatedException("The entries of a batch do not sum to zero.");
    }
}
