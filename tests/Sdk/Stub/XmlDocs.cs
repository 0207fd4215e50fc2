using System.Reflection;
using System.Xml.Linq;

namespace OpenBanking.Tests.Sdk.Stub;

/// <summary>What the documentation file of a package says of its methods.</summary>
internal sealed class XmlDocs
{
    private readonly Assembly assembly;
    private readonly ILookup<string, XElement> members;

    public XmlDocs(Assembly assembly)
    {
        this.assembly = assembly;
        members = XDocument
            .Load(Path.ChangeExtension(assembly.Location, ".xml"))
            .Descendants("member")
            .ToLookup(member => member.Attribute("name")!.Value.Split('(')[0].Split("``")[0]);
    }

    /// <summary>What is missing, a line for each: a method's or constructor's parameter, or what a method gives.</summary>
    public IEnumerable<string> Missing() =>
        assembly
            .ExportedTypes.SelectMany(type => type.GetMembers(PublicApi.Declared).OfType<MethodBase>())
            .Where(method => PublicApi.IsShown(method) && !IsMade(method))
            .SelectMany(MissingOf);

    private IEnumerable<string> MissingOf(MethodBase method)
    {
        var name = $"{method.DeclaringType!.Name}.{method.Name}";
        var parameters = method.GetParameters().Select(parameter => parameter.Name!).ToList();
        var docs = members[$"M:{method.DeclaringType.FullName}.{method.Name.Replace('.', '#')}"]
            .Where(member => IsOf(member, method))
            .ToList();
        if (docs.Any(member => member.Element("inheritdoc") is not null))
        {
            yield break;
        }

        foreach (
            var parameter in parameters.Where(parameter => !docs.Any(member => Tells(member, parameter)))
        )
        {
            yield return $"{name}({string.Join(", ", parameters)}): {parameter}";
        }

        if (Gives(method) && !docs.Any(member => HasText(member.Element("returns"))))
        {
            yield return $"{name}({string.Join(", ", parameters)}): returns";
        }
    }

    /// <summary>Overloads are told apart by the number of their parameters, and by their names where they are documented.</summary>
    private static bool IsOf(XElement member, MethodBase method)
    {
        var signature = member.Attribute("name")!.Value.Split('(', 2);
        var count = signature.Length == 1 ? 0 : Split(signature[1].TrimEnd(')')).Count();
        return count == method.GetParameters().Length
            && member
                .Elements("param")
                .All(each => method.GetParameters().Any(own => own.Name == each.Attribute("name")!.Value));
    }

    private static IEnumerable<string> Split(string types)
    {
        var (depth, start) = (0, 0);
        for (var at = 0; at < types.Length; at++)
        {
            depth +=
                types[at] is '{' or '[' ? 1
                : types[at] is '}' or ']' ? -1
                : 0;
            if (types[at] == ',' && depth == 0)
            {
                yield return types[start..at];
                start = at + 1;
            }
        }

        yield return types[start..];
    }

    private static bool Tells(XElement member, string parameter) =>
        member.Elements("param").Any(each => each.Attribute("name")!.Value == parameter && HasText(each));

    private static bool HasText(XElement? element) =>
        element is not null && (element.Value.Trim().Length > 0 || element.HasElements);

    private static bool Gives(MethodBase method) =>
        method is MethodInfo { ReturnType: var type }
        && type != typeof(void)
        && type != typeof(Task)
        && type != typeof(ValueTask);

    /// <summary>Properties, operators, overrides, and what the compiler makes for records.</summary>
    private static bool IsMade(MethodBase method) =>
        method is MethodInfo { IsSpecialName: true }
        || (method is MethodInfo info && info.GetBaseDefinition() != info)
        || method.Name is "PrintMembers" or "<Clone>$" or "Deconstruct" or "Equals"
        || (method.IsConstructor && IsCopy(method));

    private static bool IsCopy(MethodBase constructor) =>
        constructor.GetParameters() is [var only] && only.ParameterType == constructor.DeclaringType;
}
