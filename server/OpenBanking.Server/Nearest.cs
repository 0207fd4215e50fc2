namespace OpenBanking.Server;

/// <summary>Finds what was meant by a word that is nearly right.</summary>
public static class Nearest
{
    /// <summary>The most alike of those that are known; null when none is like it by half.</summary>
    public static string? Of(string word, IEnumerable<string> known)
    {
        var (nearest, distance) = known
            .Select(each => (each, Distance(each.ToUpperInvariant(), word.ToUpperInvariant())))
            .MinBy(each => each.Item2);
        return distance <= word.Length / 2 ? nearest : null;
    }

    /// <summary>The one of those that are known in which a word is but a slip; null when it may well be a word of its own.</summary>
    public static string? BySlip(string word, IEnumerable<string> known) =>
        known.FirstOrDefault(each =>
            Distance(each.ToUpperInvariant(), word.ToUpperInvariant()) <= word.Length / 3
        );

    /// <summary>How many letters are to be put in, taken out or changed.</summary>
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var line = 1; line <= one.Length; line++)
        {
            var before = row.ToArray();
            row[0] = line;
            for (var column = 1; column <= other.Length; column++)
            {
                var changed = before[column - 1] + (one[line - 1] == other[column - 1] ? 0 : 1);
                row[column] = Math.Min(changed, Math.Min(before[column], row[column - 1]) + 1);
            }
        }

        return row[^1];
    }
}
