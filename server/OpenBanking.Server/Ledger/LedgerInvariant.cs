using OpenBanking.Server.Accounts;
using OpenBanking.Server.Engine;

namespace OpenBanking.Server.Ledger;

/// <summary>After every command: its entries sum to zero in each currency, and no customer is below zero.</summary>
public sealed class LedgerInvariant : IInvariant
{
    public void Check(Book book, BookMark beforeCommand)
    {
        var sums = new Dictionary<string, long>();
        foreach (var entry in book.WrittenSince(beforeCommand, LedgerTables.Entries))
        {
            sums[entry.Currency] = checked(sums.GetValueOrDefault(entry.Currency) + entry.Amount);
        }

        if (sums.FirstOrDefault(sum => sum.Value != 0) is { Key: not null } open)
        {
            throw new InvariantViolatedException($"A posting is open by {open.Value} {open.Key}.");
        }

        foreach (var account in book.WrittenSince(beforeCommand, AccountTables.Accounts))
        {
            if (account.Available < 0 || account.Held < 0)
            {
                throw new InvariantViolatedException($"{account.Id} is below zero.");
            }
        }
    }
}
