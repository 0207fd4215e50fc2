using System.Linq.Expressions;
using System.Reflection;
using OpenBanking.Server.Engine;

namespace OpenBanking.Server.Storage;

/// <summary>A table: its name, its columns, which of them are the key. Every table's first column is
/// <c>world</c>; it belongs to the batch or query, not to the row, so nobody can forget it.</summary>
public abstract class Table
{
    private readonly Dictionary<string, ColumnKind> kinds;
    private readonly bool[] isOfKey;

    protected Table(string name, Type row, Type key)
    {
        Name = name;
        Properties = RowMapper.PropertiesOf(row);
        Columns = [.. Properties.Select(property => RowMapper.ColumnName(property.Name))];
        KeyProperties = KeyPropertiesOf(key);
        KeyColumns = [.. KeyProperties.Select(property => RowMapper.ColumnName(property.Name))];
        isOfKey = [.. Columns.Select(KeyColumns.Contains)];
        Versioned = row.IsSubclassOf(typeof(VersionedRow));
        kinds = Properties.ToDictionary(
            property => RowMapper.ColumnName(property.Name),
            property => RowMapper.KindOf(property.PropertyType)
        );
    }

    public string Name { get; }

    public IReadOnlyList<string> Columns { get; }

    public IReadOnlyList<string> KeyColumns { get; }

    public bool Versioned { get; }

    /// <summary>The column that many commands only add to; written as a sum, without a version.</summary>
    public string? SumColumn { get; protected init; }

    protected IReadOnlyList<PropertyInfo> Properties { get; }

    protected IReadOnlyList<PropertyInfo> KeyProperties { get; }

    public override string ToString() => Name;

    /// <summary>A mark a column, set for those of the key; for the caller to set more.</summary>
    internal bool[] MarkKey() => (bool[])isOfKey.Clone();

    /// <summary>Whether the embedded store finds rows by a digest of their keys, in memory.</summary>
    internal abstract bool IsFoundInMemory { get; }

    /// <summary>The digest of the key of a row that is read, where rows are found by it.</summary>
    internal abstract UInt128 DigestOf(RowReader row);

    /// <summary>What a column holds.</summary>
    internal ColumnKind KindOf(string column) => kinds[column];

    internal abstract TableState NewState();

    private IReadOnlyList<PropertyInfo> KeyPropertiesOf(Type key) =>
        key.IsGenericType && key.GetGenericTypeDefinition() == typeof(Id<>)
            ? [Properties.Single(property => property.Name == "Id")]
            :
            [
                .. key.GetConstructors()
                    .Single(constructor => constructor.GetParameters().Length > 0)
                    .GetParameters()
                    .Select(parameter => Properties.Single(property => property.Name == parameter.Name)),
            ];
}

/// <summary>A table whose rows can be read.</summary>
public abstract class Table<TRow> : Table
{
    private readonly Lazy<Func<RowReader, TRow>> read;
    private readonly Lazy<Action<TRow, RowWriter>> write;
    private readonly Lazy<Action<TRow, TRow, bool[]>> compare;

    protected Table(string name, Type key)
        : base(name, typeof(TRow), key)
    {
        read = new(() => RowMapper.CompileReader<TRow>(Properties));
        write = new(() => RowMapper.CompileWriter<TRow>(Properties));
        compare = new(() => RowMapper.CompileComparer<TRow>(Properties));
    }

    public TRow Read(RowReader reader) => read.Value(reader);

    public void Write(TRow row, RowWriter writer) => write.Value(row, writer);

    /// <summary>Marks the columns in which two rows differ, and leaves all other marks.</summary>
    public void Compare(TRow row, TRow other, bool[] differ) => compare.Value(row, other, differ);
}

/// <summary>A table whose rows are found by a key: an <see cref="Id{T}"/>, or a record of the key's columns.</summary>
public sealed class Table<TKey, TRow> : Table<TRow>
    where TKey : struct
    where TRow : class
{
    private readonly Lazy<Func<TRow, TKey>> keyOf;
    private readonly Lazy<Action<TRow, RowWriter>> writeKeyOf;

    public Table(string name)
        : base(name, typeof(TKey))
    {
        keyOf = new(CompileKeyOf);
        writeKeyOf = new(() => RowMapper.CompileWriter<TRow>(KeyProperties));
        WriteKey = CompileWriteKey();
    }

    /// <summary>A table with a column that is only added to.</summary>
    /// <param name="sum">The column's property.</param>
    /// <param name="empty">The row before anything was added.</param>
    /// <param name="add">The row after an addition.</param>
    public Table(string name, string sum, Func<TKey, TRow> empty, Func<TRow, long, TRow> add)
        : this(name)
    {
        SumColumn = RowMapper.ColumnName(sum);
        Empty = empty;
        Add = add;
    }

    public Action<TKey, RowWriter> WriteKey { get; }

    /// <summary>For rows that are only inserted, are many, and are swept within minutes, under keys without any order: a digest of
    /// the key, by which the embedded store finds them in memory. It costs some 40 bytes a row.</summary>
    internal Func<TKey, UInt128>? Digest { get; init; }

    internal override bool IsFoundInMemory => Digest is not null;

    internal Func<TKey, TRow>? Empty { get; }

    internal Func<TRow, long, TRow>? Add { get; }

    public TKey KeyOf(TRow row) => keyOf.Value(row);

    public void WriteKeyOf(TRow row, RowWriter writer) => writeKeyOf.Value(row, writer);

    internal override UInt128 DigestOf(RowReader row) => Digest!(KeyOf(Read(row)));

    internal override TableState NewState() => new TableState<TKey, TRow>(this);

    private Func<TRow, TKey> CompileKeyOf()
    {
        var row = Expression.Parameter(typeof(TRow));
        Expression key =
            KeyProperties is [{ PropertyType: var only }] && only == typeof(TKey)
                ? Expression.Property(row, KeyProperties[0])
                : Expression.New(
                    typeof(TKey).GetConstructor([
                        .. KeyProperties.Select(property => property.PropertyType),
                    ])!,
                    KeyProperties.Select(property => Expression.Property(row, property))
                );
        return Expression.Lambda<Func<TRow, TKey>>(key, row).Compile();
    }

    private static Action<TKey, RowWriter> CompileWriteKey()
    {
        var properties = typeof(TKey).IsGenericType
            ? [typeof(TKey).GetProperty(nameof(Id<>.Value))!]
            : RowMapper.PropertiesOf(typeof(TKey));
        Action<TKey, RowWriter>? compiled = null;
        return (key, writer) => (compiled ??= RowMapper.CompileWriter<TKey>(properties))(key, writer);
    }
}
