using System.Collections.Concurrent;

namespace OpenBanking.Server.Storage.Sqlite;

/// <summary>The text of each statement, made once for each table.</summary>
internal static class SqliteText
{
    private static readonly ConcurrentDictionary<(Table, string), string> texts = [];

    public static Updates Updates { get; } = new(Update);

    public static string Select(Table table, string condition) =>
        texts.GetOrAdd(
            (table, condition),
            _ =>
                condition.StartsWith("ORDER BY", StringComparison.Ordinal)
                    ? $"{SelectAll(table)} WHERE world = ?1 {condition}"
                    : $"{SelectAll(table)} WHERE world = ?1 AND {condition}"
        );

    public static string SelectAcrossWorlds(Table table, string condition) =>
        texts.GetOrAdd(
            (table, "across " + condition),
            _ =>
                $"SELECT world, {string.Join(", ", table.Columns)} FROM {table.Name} WHERE {condition} LIMIT ?1"
        );

    /// <summary>Parameters: world and key.</summary>
    public static string SelectByKey(Table table) =>
        texts.GetOrAdd((table, "by key"), _ => $"{SelectAll(table)} WHERE {KeyEquals(table, first: 1)}");

    /// <summary>Parameters: world and key, then the place.</summary>
    public static string SelectByPlace(Table table) =>
        texts.GetOrAdd(
            (table, "by place"),
            _ => $"{SelectByKey(table)} AND rowid = ?{table.KeyColumns.Count + 2}"
        );

    /// <summary>Where all rows stand.</summary>
    public static string SelectPlaces(Table table) =>
        $"SELECT rowid, world, {string.Join(", ", table.Columns)} FROM {table.Name}";

    public static string Insert(Table table) =>
        texts.GetOrAdd(
            (table, "insert"),
            _ =>
                $"INSERT INTO {table.Name} (world, {string.Join(", ", table.Columns)}) "
                + $"VALUES ({Parameters(1, table.Columns.Count + 1)})"
        );

    /// <summary>Parameters: world and columns, then the amount.</summary>
    public static string Add(Table table) =>
        texts.GetOrAdd(
            (table, "add"),
            _ =>
            {
                var values = table.Columns.Select(
                    (column, i) => column == table.SumColumn ? $"?{table.Columns.Count + 2}" : $"?{i + 2}"
                );
                return $"INSERT INTO {table.Name} (world, {string.Join(", ", table.Columns)}) "
                    + $"VALUES (?1, {string.Join(", ", values)}) "
                    + $"ON CONFLICT (world, {string.Join(", ", table.KeyColumns)}) DO UPDATE "
                    + $"SET {table.SumColumn} = {table.SumColumn} + excluded.{table.SumColumn}";
            }
        );

    public static string Sweep(Table table, string condition) =>
        $"DELETE FROM {table.Name} WHERE (world, {string.Join(", ", table.KeyColumns)}) IN "
        + $"(SELECT world, {string.Join(", ", table.KeyColumns)} FROM {table.Name} WHERE {condition} LIMIT ?1)";

    /// <summary>The same where rows are found in memory; gives those that it deletes.</summary>
    public static string SweepByPlace(Table table, string condition) =>
        $"DELETE FROM {table.Name} WHERE rowid IN (SELECT rowid FROM {table.Name} WHERE {condition} LIMIT ?1) "
        + $"RETURNING world, {string.Join(", ", table.Columns)}";

    /// <summary>Parameters: the new value, the world, the key, the old value.</summary>
    public static string Replace(Table table, string column) =>
        texts.GetOrAdd(
            (table, "replace " + column),
            _ =>
                $"UPDATE {table.Name} SET {column} = ?1{(table.Versioned ? ", version = version + 1" : "")} "
                + $"WHERE {KeyEquals(table, first: 2)} AND {column} = ?{table.KeyColumns.Count + 3}"
        );

    /// <summary>Parameters: world and all columns of the table, whichever are written; then the version that was read.</summary>
    private static string Update(Table table, IReadOnlyList<string> columns)
    {
        var set = columns.Except(table.KeyColumns).Select(column => $"{column} = {Parameter(table, column)}");
        var keys = table.KeyColumns.Select(column => $"{column} = {Parameter(table, column)}");
        return $"UPDATE {table.Name} SET {string.Join(", ", set)} "
            + $"WHERE world = ?1 AND {string.Join(" AND ", keys)} AND version = ?{table.Columns.Count + 2}";
    }

    private static string Parameter(Table table, string column) =>
        $"?{table.Columns.ToList().IndexOf(column) + 2}";

    private static string SelectAll(Table table) =>
        $"SELECT {string.Join(", ", table.Columns)} FROM {table.Name}";

    private static string KeyEquals(Table table, int first) =>
        $"world = ?{first} AND "
        + string.Join(" AND ", table.KeyColumns.Select((column, i) => $"{column} = ?{first + i + 1}"));

    private static string Parameters(int first, int count) =>
        string.Join(", ", Enumerable.Range(first, count).Select(number => $"?{number}"));
}
