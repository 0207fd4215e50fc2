using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Engine;

/// <summary>What is to be deleted between batches: of each table and condition what was asked last, so that a night without batches
/// leaves no more to do than its last minute.</summary>
internal sealed class Sweeps
{
    private readonly Lock gate = new();
    private readonly Dictionary<(string Table, string Condition), (Table Table, Sql Condition)> asked = [];

    /// <summary>Takes the place of what was asked with the same words before.</summary>
    public void Ask(Table table, Sql condition)
    {
        lock (gate)
        {
            asked[(table.Name, condition.Text)] = (table, condition);
        }
    }

    /// <summary>There is more to delete, unless somebody has asked anew meanwhile.</summary>
    public void AskAgain(Table table, Sql condition)
    {
        lock (gate)
        {
            asked.TryAdd((table.Name, condition.Text), (table, condition));
        }
    }

    /// <summary>All that was asked; nothing is left.</summary>
    public IReadOnlyList<(Table Table, Sql Condition)> Take()
    {
        lock (gate)
        {
            if (asked.Count == 0)
            {
                return [];
            }

            (Table, Sql)[] taken = [.. asked.Values];
            asked.Clear();
            return taken;
        }
    }
}
