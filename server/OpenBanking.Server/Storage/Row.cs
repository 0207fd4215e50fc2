namespace OpenBanking.Server.Storage;

/// <summary>A row that is changed in place. Each change raises the version, and a write is refused unless the
/// version is still the one that was read.</summary>
public abstract record VersionedRow
{
    /// <summary>1 when inserted.</summary>
    public long Version { get; init; } = 1;
}

/// <summary>What kinds of values columns hold; each has a method of the same name in <see cref="RowWriter"/> and
/// <see cref="RowReader"/>.</summary>
public enum ColumnKind
{
    Int64,
    Text,
    Blob,
    Uuid,
    Instant,
    Date,
    Bool,
}

/// <summary>Takes a row's values, one column after the other.</summary>
public abstract class RowWriter
{
    public abstract void Int64(long? value);

    /// <exception cref="ArgumentException">It would not be read back as it is.</exception>
    public void Text(string? value) => Checked(value is null ? null : KeptText.Checked(value));

    public abstract void Blob(byte[]? value);

    public abstract void Uuid(Guid? value);

    public abstract void Instant(DateTimeOffset? value);

    public abstract void Date(DateOnly? value);

    public abstract void Bool(bool? value);

    /// <summary>Takes text that every store keeps as it is.</summary>
    protected abstract void Checked(string? text);
}

/// <summary>Gives a row's values, one column after the other.</summary>
public abstract class RowReader
{
    public abstract long? Int64();

    public abstract string? Text();

    public abstract byte[]? Blob();

    public abstract Guid? Uuid();

    public abstract DateTimeOffset? Instant();

    public abstract DateOnly? Date();

    public abstract bool? Bool();
}
