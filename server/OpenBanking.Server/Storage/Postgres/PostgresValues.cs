using Npgsql;
using NpgsqlTypes;

namespace OpenBanking.Server.Storage.Postgres;

/// <summary>Takes values as the parameters of one statement.</summary>
internal sealed class PostgresParameters(NpgsqlParameterCollection parameters) : RowWriter
{
    /// <summary>Takes many rows, an array a column.</summary>
    public void Arrays(PostgresArrays rows) => rows.AddTo(parameters);

    /// <summary>Takes where rows are kept: as text, since Npgsql has no arrays of that.</summary>
    public void Places(IEnumerable<NpgsqlTid> places) =>
        parameters.Add(
            new NpgsqlParameter<string>
            {
                TypedValue =
                    $"{{{string.Join(',', places.Select(place => $"\"({place.BlockNumber},{place.OffsetNumber})\""))}}}",
                NpgsqlDbType = NpgsqlDbType.Unknown,
            }
        );

    public override void Int64(long? value) => Add(value, NpgsqlDbType.Bigint);

    /// <summary>A null has no type: the server takes it for whatever it is compared with.</summary>
    protected override void Checked(string? text) =>
        parameters.Add(
            text is null
                ? new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.Unknown }
                : new NpgsqlParameter<string> { TypedValue = text, NpgsqlDbType = NpgsqlDbType.Text }
        );

    public override void Blob(byte[]? value) =>
        parameters.Add(
            new NpgsqlParameter { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea }
        );

    public override void Uuid(Guid? value) => Add(value, NpgsqlDbType.Uuid);

    public override void Instant(DateTimeOffset? value) =>
        Add(value?.ToUniversalTime(), NpgsqlDbType.TimestampTz);

    public override void Date(DateOnly? value) => Add(value, NpgsqlDbType.Date);

    public override void Bool(bool? value) => Add(value, NpgsqlDbType.Boolean);

    private void Add<T>(T? value, NpgsqlDbType type)
        where T : struct =>
        parameters.Add(
            value is { } known
                ? new NpgsqlParameter<T> { TypedValue = known, NpgsqlDbType = type }
                : new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = type }
        );
}

/// <summary>Takes many rows and gives one array a column.</summary>
/// <param name="wanted">Which columns are taken, from the first on; all others are.</param>
internal sealed class PostgresArrays(bool[]? wanted = null) : RowWriter
{
    private readonly List<Column> columns = [];
    private int column;
    private int taken;

    public void NextRow() => column = taken = 0;

    public void AddTo(NpgsqlParameterCollection parameters)
    {
        foreach (var filled in columns)
        {
            parameters.Add(filled.ToParameter());
        }
    }

    public override void Int64(long? value) => Add(value, NpgsqlDbType.Bigint);

    protected override void Checked(string? text) => Add(text, NpgsqlDbType.Text);

    public override void Blob(byte[]? value) => Add(value, NpgsqlDbType.Bytea);

    public override void Uuid(Guid? value) => Add(value, NpgsqlDbType.Uuid);

    public override void Instant(DateTimeOffset? value) =>
        Add(value?.ToUniversalTime(), NpgsqlDbType.TimestampTz);

    public override void Date(DateOnly? value) => Add(value, NpgsqlDbType.Date);

    public override void Bool(bool? value) => Add(value, NpgsqlDbType.Boolean);

    private void Add<T>(T value, NpgsqlDbType type)
    {
        var at = column++;
        if (at < wanted?.Length && !wanted[at])
        {
            return;
        }

        if (taken == columns.Count)
        {
            columns.Add(new Column<T>(type));
        }

        ((Column<T>)columns[taken++]).Values.Add(value);
    }

    private abstract class Column
    {
        public abstract NpgsqlParameter ToParameter();
    }

    private sealed class Column<T>(NpgsqlDbType type) : Column
    {
        public List<T> Values { get; } = [];

        public override NpgsqlParameter ToParameter() =>
            new NpgsqlParameter<List<T>> { TypedValue = Values, NpgsqlDbType = NpgsqlDbType.Array | type };
    }
}

/// <summary>Gives the values of the row a result stands on.</summary>
internal sealed class PostgresRow(NpgsqlDataReader result) : RowReader
{
    private int column;

    /// <summary>To the first column of the row that the result has moved to.</summary>
    public PostgresRow Restart()
    {
        column = 0;
        return this;
    }

    public override long? Int64() => Value<long>();

    public override string? Text() => Reference<string>();

    public override byte[]? Blob() => Reference<byte[]>();

    public override Guid? Uuid() => Value<Guid>();

    public override DateTimeOffset? Instant() => Value<DateTimeOffset>();

    public override DateOnly? Date() => Value<DateOnly>();

    public override bool? Bool() => Value<bool>();

    /// <summary>Where the row is kept.</summary>
    public NpgsqlTid Place() => result.GetFieldValue<NpgsqlTid>(column++);

    private T? Value<T>()
        where T : struct
    {
        var current = column++;
        return result.IsDBNull(current) ? null : result.GetFieldValue<T>(current);
    }

    private T? Reference<T>()
        where T : class
    {
        var current = column++;
        return result.IsDBNull(current) ? null : result.GetFieldValue<T>(current);
    }
}
