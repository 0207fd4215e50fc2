using System.Collections.Concurrent;

namespace OpenBanking.Server.Storage.Postgres;

/// <summary>The text of each statement, made once for each table. What is written goes as one array a column,
/// so that a batch is one statement a table.</summary>
internal static class PostgresText
{
    /// <summary>Where PostgreSQL keeps a row now; another place each time it is changed.</summary>
    private const string Place = "ctid";
    private const string VersionRead = "version_read";
    private const string Least = "least_sum";

    /// <summary>Whether nothing may be written, which of the tables the role may not read, add to or, where rows are changed,
    /// change, and the first one that it does not find. What is not asked for is used by sweeps alone.</summary>
    public const string Lacking = """
        SELECT current_setting('transaction_read_only') = 'on',
            string_agg(needed.name, ', ' ORDER BY needed.name) FILTER (WHERE place IS NOT NULL),
            min(needed.name) FILTER (WHERE place IS NULL)
        FROM unnest($1, $2) AS needed (name, changed), to_regclass(needed.name) AS place
        WHERE place IS NULL OR NOT (
            has_table_privilege(place, 'SELECT') AND has_table_privilege(place, 'INSERT')
            AND (NOT needed.changed OR has_table_privilege(place, 'UPDATE'))
        )
        """;

    private static readonly ConcurrentDictionary<(Table, string), string> texts = [];

    public static Updates Updates { get; } = new(Update);

    public static string Select(Table table, string condition) =>
        texts.GetOrAdd(
            (table, condition),
            _ =>
                condition.StartsWith("ORDER BY", StringComparison.Ordinal)
                    ? $"{SelectAll(table)} WHERE world = $1 {Numbered(condition)}"
                    : $"{SelectAll(table)} WHERE world = $1 AND {Numbered(condition)}"
        );

    public static string SelectAcrossWorlds(Table table, string condition) =>
        texts.GetOrAdd(
            (table, "across " + condition),
            _ =>
                $"SELECT world, {string.Join(", ", table.Columns)} FROM {table.Name} "
                + $"WHERE {Numbered(condition)} LIMIT $1"
        );

    public static string SelectByKey(Table table) =>
        texts.GetOrAdd(
            (table, "by key"),
            _ =>
                $"{SelectAll(table)} WHERE world = $1 AND "
                + string.Join(" AND ", table.KeyColumns.Select((column, i) => $"{column} = ${i + 2}"))
        );

    /// <summary>Parameters: the world, then the keys, an array a column. Each key is looked up by itself: a join lets the
    /// planner read the whole world instead, when its statistics are those of an empty table.</summary>
    public static string SelectByKeys(Table table) =>
        texts.GetOrAdd((table, "by keys"), _ => SelectByKeys(table, table.Columns));

    /// <summary>The same for a batch, which may change what it reads: after its columns comes the place of each row.</summary>
    public static string Load(Table table, bool locking) =>
        texts.GetOrAdd(
            (table, locking ? "load, locking" : "load"),
            _ => SelectByKeys(table, [.. table.Columns, Place], locking ? " FOR UPDATE" : "")
        );

    /// <summary>The condition of a row that is named by its whole key.</summary>
    public static string IsKey(Table table) =>
        texts.GetOrAdd(
            (table, "is key"),
            _ => string.Join(" AND ", table.KeyColumns.Select((column, i) => $"{column} = ?{i + 2}"))
        );

    /// <summary>Whether a condition begins with the whole key, so that it is met by one row at the most.</summary>
    public static bool NamesKey(Table table, string condition)
    {
        var key = IsKey(table);
        return condition.StartsWith(key, StringComparison.Ordinal)
            && (
                condition.Length == key.Length
                || condition.AsSpan(key.Length).StartsWith(" AND ", StringComparison.Ordinal)
            );
    }

    /// <summary>Parameters: the worlds, then the values of a condition that names one row in each of them, an array a value.
    /// Gives the rows after their places in the arrays, counted from 1.</summary>
    public static string Lookup(Table table, string condition, IEnumerable<ColumnKind> values) =>
        texts.GetOrAdd(
            (table, "lookup " + condition),
            _ =>
            {
                var kinds = values.Prepend(ColumnKind.Int64).ToList();
                var arrays = kinds.Select((kind, i) => $"${i + 1}::{TypeOf(kind)}[]");
                var names = kinds.Skip(1).Select((_, i) => $"value_{i + 2}").Prepend("world");
                return $"SELECT given.place, found.* FROM unnest({string.Join(", ", arrays)}) "
                    + $"WITH ORDINALITY AS given ({string.Join(", ", names)}, place) CROSS JOIN LATERAL ("
                    + $"{SelectAll(table)} WHERE world = given.world AND {condition.Replace("?", "given.value_")} LIMIT 1) AS found";
            }
        );

    /// <summary>Parameters: the world, then the rows, an array a column.</summary>
    public static string Insert(Table table) =>
        texts.GetOrAdd(
            (table, "insert"),
            _ => $"{InsertInto(table)} SELECT $1, given.* FROM {Given(table, table.Columns)}"
        );

    /// <summary>Parameters: the world, the rows, the versions that were read and the places where they were, and how many rows
    /// there are. Each is changed where it was read, without being looked up again. What another writer has changed since is
    /// not there any more, or has another version: the update itself must say which, as PostgreSQL asks once more for that alone
    /// when it had to wait for the other. (Before 15.15, 16.11 and 17.7 it did not even ask for the place again.) IS TRUE keeps
    /// the planner from looking the key up all the same; by itself a place may be another row's by now.</summary>
    /// <param name="columns">Those of the key, and those that are written.</param>
    public static string Update(Table table, IReadOnlyList<string> columns)
    {
        var set = columns.Except(table.KeyColumns).Select(column => $"{column} = given.{column}");
        return $"WITH changed AS (UPDATE {table.Name} SET {string.Join(", ", set)} "
            + $"FROM {Given(table, columns, (VersionRead, "bigint"), (Place, "tid"))} "
            + $"WHERE {table.Name}.{Place} = given.{Place} AND {table.Name}.version = given.{VersionRead} "
            + $"AND ({table.Name}.world = $1 AND {KeysAreGiven(table)}) IS TRUE RETURNING 1) "
            + $"SELECT require_rows(COUNT(*), ${columns.Count + 4}) FROM changed";
    }

    /// <summary>Parameters: the world, the empty rows with the amounts as their sums. Sorted, so that writers that add
    /// to the same rows wait for each other in the same order.</summary>
    public static string Add(Table table) =>
        texts.GetOrAdd(
            (table, "add"),
            _ =>
            {
                var keys = string.Join(", ", table.KeyColumns);
                return $"{InsertInto(table)} SELECT $1, given.* FROM {Given(table, table.Columns)} ORDER BY {keys} "
                    + $"ON CONFLICT (world, {keys}) DO UPDATE "
                    + $"SET {table.SumColumn} = {table.Name}.{table.SumColumn} + excluded.{table.SumColumn}";
            }
        );

    /// <summary>Parameters: the world, the keys of rows that were just added to and what their sums must be at the least, and how
    /// many there are. Nobody else changes such a row before COMMIT, so that what is read of it is what it comes to.</summary>
    public static string RequireSums(Table table) =>
        texts.GetOrAdd(
            (table, "require sums"),
            _ =>
                $"SELECT require_rows(COUNT(*), ${table.KeyColumns.Count + 3}) "
                + $"FROM {Given(table, table.KeyColumns, (Least, "bigint"))} CROSS JOIN LATERAL ("
                + $"SELECT FROM {table.Name} WHERE world = $1 AND {KeysAreGiven(table)} "
                + $"AND {table.SumColumn} >= given.{Least} LIMIT 1) AS found"
        );

    /// <summary>Rows that another node is deleting are left to it. They are chosen once: a join with the choice itself
    /// would let the planner choose anew for every row, and take more than the limit.</summary>
    public static string Sweep(Table table, string condition)
    {
        var keys = table.KeyColumns.Prepend("world").ToList();
        var same = keys.Select(column => $"{table.Name}.{column} = outlived.{column}");
        return $"WITH outlived AS MATERIALIZED (SELECT {string.Join(", ", keys)} FROM {table.Name} "
            + $"WHERE {Numbered(condition)} LIMIT $1 FOR UPDATE SKIP LOCKED) "
            + $"DELETE FROM {table.Name} USING outlived WHERE {string.Join(" AND ", same)}";
    }

    /// <summary>Parameters, an array each: the worlds, the keys, the old values and the new ones. Rows that are locked are
    /// left, so that it waits for nobody.</summary>
    public static string Replace(Table table, string column) =>
        texts.GetOrAdd(
            (table, "replace " + column),
            _ =>
            {
                var kinds = table.KeyColumns.Select(table.KindOf).Prepend(ColumnKind.Int64);
                var arrays = kinds
                    .Concat([ColumnKind.Blob, ColumnKind.Blob])
                    .Select((kind, i) => $"${i + 1}::{TypeOf(kind)}[]");
                var names = table.KeyColumns.Prepend("world").Concat(["old_value", "new_value"]);
                return "WITH known AS MATERIALIZED (SELECT given.new_value, place.ctid AS place "
                    + $"FROM unnest({string.Join(", ", arrays)}) AS given ({string.Join(", ", names)}) CROSS JOIN LATERAL ("
                    + $"SELECT ctid FROM {table.Name} WHERE world = given.world AND {KeysAreGiven(table)} "
                    + $"AND {column} = given.old_value LIMIT 1 FOR UPDATE SKIP LOCKED) AS place) "
                    + $"UPDATE {table.Name} SET {column} = known.new_value"
                    + (table.Versioned ? ", version = version + 1 " : " ")
                    + $"FROM known WHERE {table.Name}.ctid = known.place";
            }
        );

    private static string SelectByKeys(Table table, IReadOnlyList<string> columns, string locking = "") =>
        $"SELECT found.* FROM {Given(table, table.KeyColumns)} CROSS JOIN LATERAL ("
        + $"SELECT {string.Join(", ", columns)} FROM {table.Name} "
        + $"WHERE world = $1 AND {KeysAreGiven(table)} LIMIT 1{locking}) AS found";

    private static string InsertInto(Table table) =>
        $"INSERT INTO {table.Name} (world, {string.Join(", ", table.Columns)})";

    private static string SelectAll(Table table) =>
        $"SELECT {string.Join(", ", table.Columns)} FROM {table.Name}";

    private static string KeysAreGiven(Table table) =>
        string.Join(" AND ", table.KeyColumns.Select(column => $"{table.Name}.{column} = given.{column}"));

    /// <summary>The arrays from the second parameter on, as a table. Values of one length are fetched by their place where they
    /// are used: <c>unnest</c> would keep each array's in a store of its own first, which costs more than all else for a row of
    /// many columns. For the others it is left to that, as they would be counted off from the first one every time.</summary>
    /// <param name="more">Columns that are no value of a row, with their types.</param>
    private static string Given(
        Table table,
        IReadOnlyList<string> columns,
        params (string Name, string Type)[] more
    )
    {
        var arrays = columns
            .Select(column =>
                (Name: column, Type: TypeOf(table.KindOf(column)), Long: IsLong(table.KindOf(column)))
            )
            .Concat(more.Select(column => (column.Name, column.Type, Long: false)))
            .Select((column, i) => (column.Name, Text: $"${i + 2}::{column.Type}[]", column.Long))
            .ToList();
        var stored = arrays.Where(array => array.Long).ToList();
        var values = arrays.Select(array =>
            array.Long ? array.Name : $"({array.Text})[place] AS {array.Name}"
        );
        var sources = stored
            .Select(array => $"unnest({array.Text})")
            .Prepend($"generate_series(1, cardinality({arrays[0].Text}))");
        return $"(SELECT {string.Join(", ", values)} FROM ROWS FROM ({string.Join(", ", sources)}) "
            + $"AS stored ({string.Join(", ", stored.Select(array => array.Name).Prepend("place"))})) AS given";
    }

    /// <summary>Whether values of this kind are of any length.</summary>
    private static bool IsLong(ColumnKind kind) => kind is ColumnKind.Text or ColumnKind.Blob;

    private static string TypeOf(ColumnKind kind) =>
        kind switch
        {
            ColumnKind.Int64 => "bigint",
            ColumnKind.Text => "text",
            ColumnKind.Blob => "bytea",
            ColumnKind.Uuid => "uuid",
            ColumnKind.Instant => "timestamptz",
            ColumnKind.Date => "date",
            ColumnKind.Bool => "boolean",
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };

    /// <summary>Conditions number their parameters as SQLite does, and have no other question marks.</summary>
    private static string Numbered(string condition) => condition.Replace('?', '$');
}
