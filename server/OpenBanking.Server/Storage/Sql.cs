using System.Runtime.CompilerServices;
using System.Text;

namespace OpenBanking.Server.Storage;

/// <summary>A condition written as an interpolated string; every hole becomes a parameter, never text.</summary>
[InterpolatedStringHandler]
public readonly struct Sql(int literalLength, int formattedCount)
{
    private readonly StringBuilder text = new(literalLength + (formattedCount * 3));
    private readonly List<object?> values = new(formattedCount);

    public string Text => text.ToString();

    /// <summary>What kinds of values there are, when none is null.</summary>
    public IEnumerable<ColumnKind> Kinds => values.Select(value => RowMapper.KindOf(value!.GetType()));

    public bool HasNulls => values.Contains(null);

    public void AppendLiteral(string literal) => text.Append(literal);

    /// <summary>Writes the values that the holes were filled with, in order.</summary>
    public void WriteTo(RowWriter writer)
    {
        foreach (var value in values)
        {
            RowMapper.WriteValue(writer, value);
        }
    }

    /// <summary>The first parameter, <c>?1</c>, is always the world.</summary>
    public void AppendFormatted<T>(T value)
    {
        values.Add(value);
        text.Append('?').Append(values.Count + 1);
    }
}
