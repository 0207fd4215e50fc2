using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace OpenBanking.Tests.Sdk.Stub;

/// <summary>Writes down what an assembly shows, one member a line, in a fixed order.</summary>
internal static class PublicApi
{
    /// <summary>Whatever a type has itself.</summary>
    public const BindingFlags Declared =
        BindingFlags.Public
        | BindingFlags.NonPublic
        | BindingFlags.Instance
        | BindingFlags.Static
        | BindingFlags.DeclaredOnly;

    private static readonly NullabilityInfoContext nullability = new();

    public static string Describe(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.ExportedTypes.OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(Head(type)).Append('\n');
            foreach (
                var line in type.GetMembers(Declared)
                    .Select(Line)
                    .OfType<string>()
                    .Order(StringComparer.Ordinal)
            )
            {
                text.Append("    ").Append(line).Append('\n');
            }
        }

        return text.ToString();
    }

    private static string Head(Type type)
    {
        var kind =
            type.IsInterface ? "interface"
            : type.IsEnum ? "enum"
            : type.IsValueType ? "struct"
            : type.IsAbstract && type.IsSealed ? "static class"
            : type.IsAbstract ? "abstract class"
            : type.IsSealed ? "sealed class"
            : "class";
        var bases = type.GetInterfaces()
            .Where(face => face.IsPublic && face.Assembly == type.Assembly)
            .Select(Name);
        if (type.BaseType is { } parent && parent != typeof(object) && !type.IsValueType)
        {
            bases = bases.Prepend(Name(parent));
        }

        var heirs = string.Join(", ", bases);
        return $"{kind} {type.Namespace}.{Name(type)}" + (heirs.Length > 0 ? $" : {heirs}" : "");
    }

    /// <summary>Whether partners can see it, by the compiler or by deriving from it.</summary>
    public static bool IsShown(MemberInfo member) =>
        member switch
        {
            MethodBase method => Shown(method),
            PropertyInfo property => property.GetAccessors(nonPublic: true).Any(Shown),
            FieldInfo field => field.IsPublic || field.IsFamily,
            _ => false,
        };

    private static string? Line(MemberInfo member) =>
        member switch
        {
            ConstructorInfo constructor when Shown(constructor) => Access(constructor)
                + "ctor"
                + Parameters(constructor),
            FieldInfo { IsPublic: true, IsSpecialName: false } field =>
                $"{(field.IsLiteral ? "const" : "field")} "
                    + $"{Name(field.FieldType)} {field.Name}"
                    + (field.IsLiteral ? $" = {field.GetRawConstantValue()}" : ""),
            PropertyInfo property when property.GetMethod is { } get && Shown(get) => Access(get)
                + $"{Name(property.PropertyType)}{Mark(nullability.Create(property).ReadState)} "
                + $"{property.Name} {{ get; "
                + (property.SetMethod is { } set && Shown(set) ? (IsInit(set) ? "init; }" : "set; }") : "}")
                + (property.IsDefined(typeof(RequiredMemberAttribute)) ? " required" : ""),
            MethodInfo { IsSpecialName: false } method when Shown(method) && !IsMade(method) => Access(method)
                + $"{Name(method.ReturnType)}{Mark(nullability.Create(method.ReturnParameter).ReadState)} "
                + $"{method.Name}{Parameters(method)}",
            _ => null,
        };

    private static bool Shown(MethodBase method) =>
        method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsMade(MethodInfo method) => method.IsDefined(typeof(CompilerGeneratedAttribute));

    private static bool IsInit(MethodInfo set) =>
        set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));

    private static string Access(MethodBase method) =>
        (method.IsFamily ? "protected " : "")
        + (method.IsStatic ? "static " : "")
        + (
            method.IsVirtual && !method.IsFinal && method.DeclaringType is { IsInterface: false }
                ? "virtual "
                : ""
        );

    private static string Parameters(MethodBase method) =>
        "("
        + string.Join(
            ", ",
            method
                .GetParameters()
                .Select(parameter =>
                    $"{Name(parameter.ParameterType)}{Mark(nullability.Create(parameter).ReadState)} "
                    + parameter.Name
                    + (parameter.HasDefaultValue ? $" = {parameter.DefaultValue ?? "default"}" : "")
                )
        )
        + ")";

    private static string Mark(NullabilityState state) => state == NullabilityState.Nullable ? "?" : "";

    private static string Name(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } value)
        {
            return Name(value);
        }

        var name = type.Name.Split('`')[0];
        var arguments = string.Join(", ", type.GetGenericArguments().Select(Name));
        return arguments.Length > 0 ? $"{name}<{arguments}>" : name;
    }
}
