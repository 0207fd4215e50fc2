using System.Linq.Expressions;
using System.Reflection;
using System.Text;
using OpenBanking.Server.Engine;

namespace OpenBanking.Server.Storage;

/// <summary>Makes the code that moves a record to and from its columns: one column a property, in the order
/// they are declared, named in snake_case. Compiled once for each table.</summary>
internal static class RowMapper
{
    public static IReadOnlyList<PropertyInfo> PropertiesOf(Type type) =>
        [
            .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(property => property.CanWrite)
                .OrderBy(property => property.DeclaringType != type)
                .ThenBy(property => property.MetadataToken),
        ];

    public static string ColumnName(string property)
    {
        var name = new StringBuilder();
        foreach (var character in property)
        {
            if (char.IsUpper(character) && name.Length > 0)
            {
                name.Append('_');
            }

            name.Append(char.ToLowerInvariant(character));
        }

        return name.ToString();
    }

    public static Action<T, RowWriter> CompileWriter<T>(IReadOnlyList<PropertyInfo> properties)
    {
        var value = Expression.Parameter(typeof(T));
        var writer = Expression.Parameter(typeof(RowWriter));
        var calls = properties.Select(property => Write(writer, Expression.Property(value, property)));
        return Expression.Lambda<Action<T, RowWriter>>(Expression.Block(calls), value, writer).Compile();
    }

    public static Func<RowReader, T> CompileReader<T>(IReadOnlyList<PropertyInfo> properties)
    {
        var reader = Expression.Parameter(typeof(RowReader));
        var bindings = properties.Select(property =>
            Expression.Bind(property, Read(reader, property.PropertyType))
        );
        return Expression
            .Lambda<Func<RowReader, T>>(Expression.MemberInit(Expression.New(typeof(T)), bindings), reader)
            .Compile();
    }

    /// <summary>Marks what differs, a mark a property. Of bytes, it is whether they are the same array.</summary>
    public static Action<T, T, bool[]> CompileComparer<T>(IReadOnlyList<PropertyInfo> properties)
    {
        var one = Expression.Parameter(typeof(T));
        var other = Expression.Parameter(typeof(T));
        var marks = Expression.Parameter(typeof(bool[]));
        var compared = properties.Select(
            (property, i) =>
                Expression.IfThen(
                    Expression.Not(
                        Same(Expression.Property(one, property), Expression.Property(other, property))
                    ),
                    Expression.Assign(
                        Expression.ArrayAccess(marks, Expression.Constant(i)),
                        Expression.Constant(true)
                    )
                )
        );
        return Expression
            .Lambda<Action<T, T, bool[]>>(Expression.Block(compared), one, other, marks)
            .Compile();
    }

    private static MethodCallExpression Same(Expression one, Expression other)
    {
        var comparer = typeof(EqualityComparer<>).MakeGenericType(one.Type);
        return Expression.Call(
            Expression.Property(null, comparer, nameof(EqualityComparer<>.Default)),
            comparer.GetMethod(nameof(EqualityComparer<>.Equals), [one.Type, one.Type])!,
            one,
            other
        );
    }

    /// <summary>Writes one value of a query's condition.</summary>
    public static void WriteValue(RowWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.Text(null);
                break;
            case string text:
                writer.Text(text);
                break;
            case int or long:
                writer.Int64(Convert.ToInt64(value));
                break;
            case Enum:
                writer.Int64(Convert.ToInt64(value));
                break;
            case Guid uuid:
                writer.Uuid(uuid);
                break;
            case DateTimeOffset instant:
                writer.Instant(instant);
                break;
            case DateOnly date:
                writer.Date(date);
                break;
            case bool flag:
                writer.Bool(flag);
                break;
            default:
                writer.Uuid(
                    (Guid)(
                        value.GetType().GetProperty(nameof(Id<>.Value))?.GetValue(value)
                        ?? throw new NotSupportedException($"{value.GetType()} is not a column type.")
                    )
                );
                break;
        }
    }

    private static MethodCallExpression Write(Expression writer, Expression value)
    {
        var (method, columnType) = ColumnOf(value.Type);
        return Expression.Call(writer, method, null, AsColumn(value, columnType));
    }

    private static Expression AsColumn(Expression value, Type columnType)
    {
        var underlying = Nullable.GetUnderlyingType(value.Type);
        if (IsId(underlying ?? value.Type))
        {
            return underlying is null
                ? Expression.Convert(Expression.Property(value, nameof(Id<>.Value)), columnType)
                : Expression.Condition(
                    Expression.Property(value, "HasValue"),
                    Expression.Convert(
                        Expression.Property(Expression.Property(value, "Value"), nameof(Id<>.Value)),
                        columnType
                    ),
                    Expression.Constant(null, columnType)
                );
        }

        return value.Type == columnType ? value : Expression.Convert(value, columnType);
    }

    private static Expression Read(Expression reader, Type type)
    {
        var (method, columnType) = ColumnOf(type);
        var read = Expression.Call(reader, method, null);
        var underlying = Nullable.GetUnderlyingType(type);
        if (!IsId(underlying ?? type))
        {
            return type == columnType ? read : Expression.Convert(read, type);
        }

        var idType = underlying ?? type;
        var constructor = idType.GetConstructor([typeof(Guid)])!;
        if (underlying is null)
        {
            return Expression.New(constructor, Expression.Property(read, "Value"));
        }

        var raw = Expression.Variable(columnType);
        return Expression.Block(
            [raw],
            Expression.Assign(raw, read),
            Expression.Condition(
                Expression.Property(raw, "HasValue"),
                Expression.Convert(Expression.New(constructor, Expression.Property(raw, "Value")), type),
                Expression.Constant(null, type)
            )
        );
    }

    private static bool IsId(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Id<>);

    /// <summary>What a property is kept as.</summary>
    public static ColumnKind KindOf(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain switch
        {
            _ when plain == typeof(long) || plain == typeof(int) || plain.IsEnum => ColumnKind.Int64,
            _ when plain == typeof(string) => ColumnKind.Text,
            _ when plain == typeof(byte[]) => ColumnKind.Blob,
            _ when plain == typeof(Guid) || IsId(plain) => ColumnKind.Uuid,
            _ when plain == typeof(DateTimeOffset) => ColumnKind.Instant,
            _ when plain == typeof(DateOnly) => ColumnKind.Date,
            _ when plain == typeof(bool) => ColumnKind.Bool,
            _ => throw new NotSupportedException($"{type} is not a column type."),
        };
    }

    private static (string Method, Type ColumnType) ColumnOf(Type type)
    {
        var method = KindOf(type).ToString();
        return (method, typeof(RowReader).GetMethod(method)!.ReturnType);
    }
}
