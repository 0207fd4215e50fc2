using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Microsoft.OpenApi;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Storage;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace OpenBanking.Server.Http.OpenApi;

/// <summary>Describes what the generator cannot see: values from lists that may grow are strings, money is whole fen,
/// and only what a request may leave out may be null; answers leave out what they do not have.</summary>
public sealed partial class WireSchemas : ISchemaFilter
{
    private const int MostValuesNamed = 30;

    /// <summary>The lists of requests that may be left out, and hold something when they are not.</summary>
    private static readonly HashSet<(Type, string)> neverEmpty =
    [
        (typeof(CreateWebhookEndpointRequest), nameof(CreateWebhookEndpointRequest.Events)),
        (typeof(CreatePaymentRequest), nameof(CreatePaymentRequest.Splits)),
        (typeof(CreateRefundRequest), nameof(CreateRefundRequest.Splits)),
        (typeof(NarrowConsentRequest), nameof(NarrowConsentRequest.AuthorizationDetails)),
        (typeof(AccountInformation), nameof(AccountInformation.Actions)),
        (typeof(PaymentAgreementTerms), nameof(PaymentAgreementTerms.Scenes)),
    ];

    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        if (schema is not OpenApiSchema described)
        {
            return;
        }

        if (IsOpenValue(context.Type))
        {
            DescribeOpenValue(described, context.Type);
        }
        else if (context.Type == typeof(Money))
        {
            described.Examples = [JsonNode.Parse("""{"currency":"CNY","amount":1990}""")!];
            described.Required = new HashSet<string> { "currency", "amount" };
        }
        else if (context.Type == typeof(AuthorizationDetail))
        {
            DescribeDetail(described, context);
        }
        else if (context.Type.IsAssignableTo(typeof(AuthenticatedForm)))
        {
            // RFC 6749 §3.1: what the server does not know is ignored.
            described.AdditionalPropertiesAllowed = true;
        }

        foreach (var property in context.Type.GetProperties())
        {
            if (described.Properties?.TryGetValue(WireNameOf(property), out var member) is true)
            {
                DescribeMember(member, property);
            }
        }
    }

    private static void DescribeMember(IOpenApiSchema described, PropertyInfo property)
    {
        RequestBounds.Describe(described, property);
        if (described is not OpenApiSchema member)
        {
            return;
        }

        if (!MayBeNull(property))
        {
            member.Type &= ~JsonSchemaType.Null;
        }

        if (neverEmpty.Contains((property.DeclaringType!, property.Name)))
        {
            member.MinItems = 1;
        }
    }

    private static string WireNameOf(PropertyInfo property) =>
        property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? RowMapper.ColumnName(property.Name);

    private static bool MayBeNull(PropertyInfo property) =>
        !property.DeclaringType!.IsAssignableTo(typeof(ResponseObject))
        && !property.DeclaringType.IsAssignableTo(typeof(AuthenticatedForm))
        && property.DeclaringType != typeof(Money)
        // Each asks anew: one of these is for one request at a time.
        && new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable;

    private static bool IsOpenValue(Type type) =>
        type.IsValueType
        && type.GetInterfaces()
            .Any(face => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IOpenValue<>));

    /// <summary>A string with its known values as examples: the list may grow, so it is no enum.</summary>
    private static void DescribeOpenValue(OpenApiSchema schema, Type type)
    {
        var known = type.GetProperties()
            .Where(property => property.PropertyType == type && property.GetMethod!.IsStatic)
            .Select(property => property.GetValue(null)!.ToString()!)
            .ToList();
        schema.Type = JsonSchemaType.String;
        schema.Properties = null;
        schema.Required = null;
        schema.AdditionalPropertiesAllowed = true;
        schema.AdditionalProperties = null;
        schema.Description =
            $"{schema.Description} One of {string.Join(", ", known)}; the list may grow.".Trim();
        schema.Examples = [.. known.Select(value => (JsonNode)value)];
    }

    /// <summary>One schema with the fields of all types, as every generator of clients reads it; which of them may stand
    /// together is checked by the server.</summary>
    private static void DescribeDetail(OpenApiSchema schema, SchemaFilterContext context)
    {
        var types = context.Type.GetCustomAttributes<JsonDerivedTypeAttribute>().ToList();
        var names = types.Select(type => (string)type.TypeDiscriminator!).ToList();
        var properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Description = $"What is asked for: one of {string.Join(", ", names)}.",
                Examples = [.. names.Select(name => (JsonNode)name)],
            },
        };
        foreach (var (name, property) in schema.Properties!)
        {
            properties[name] = property;
        }

        foreach (
            var (type, property) in types.SelectMany(type =>
                type.DerivedType.GetProperties()
                    .Where(property => property.DeclaringType == type.DerivedType && property.CanWrite)
                    .Select(property => (type.TypeDiscriminator, property))
            )
        )
        {
            var member = context.SchemaGenerator.GenerateSchema(
                property.PropertyType,
                context.SchemaRepository,
                property
            );
            member.Description = $"Of {type} alone. {member.Description}";
            RequestBounds.Describe(member, property);
            if (member is OpenApiSchema own && neverEmpty.Contains((property.DeclaringType!, property.Name)))
            {
                own.MinItems = 1;
            }

            properties[WireNameOf(property)] = member;
        }

        schema.Properties = properties;
        schema.Required = new HashSet<string> { "type" };
    }

    /// <summary>Brings the comments of the code into plain sentences.</summary>
    public static void Straighten(IOpenApiSchema schema)
    {
        schema.Description = Straighten(schema.Description);
        foreach (var property in schema.Properties?.Values ?? [])
        {
            property.Description = Straighten(property.Description);
            if (property.Items is { } items)
            {
                items.Description = Straighten(items.Description);
            }
        }
    }

    private static string? Straighten(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var line = InWireWords(string.Join(' ', text.Split('\n', StringSplitOptions.TrimEntries)));
        // A comment that says nothing but what an id begins with.
        return line.TrimEnd('.').EndsWith("_…`", StringComparison.Ordinal) && !line.Contains(' ')
            ? $"The id, {line.TrimEnd('.')}. Opaque."
            : line;
    }

    /// <summary>The names of the code as they go over the wire: fields, values and lists of values.</summary>
    private static string InWireWords(string line) =>
        NameInCode()
            .Replace(
                line,
                name =>
                    typeof(Money).Assembly.GetType($"OpenBanking.{name.Groups["type"].Value}") is { } type
                        ? InWireWords(type, name.Groups["member"].Value)
                        : name.Value
            );

    private static string InWireWords(Type type, string member) =>
        type.IsAbstract && type.IsSealed ? ValuesOf(type)
        : member.Length == 0 ? $"`{type.Name}`"
        : IsOpenValue(type) ? $"`{type.GetProperty(member)!.GetValue(null)}`"
        : $"`{WireNameOf(type.GetProperty(member)!)}`";

    /// <summary>The values of a list of constants, where they are few; its name where they are listed elsewhere.</summary>
    private static string ValuesOf(Type constants)
    {
        var values = constants.GetFields().Where(field => field.IsLiteral).ToList();
        return values.Count <= MostValuesNamed
            ? string.Join(", ", values.Select(value => $"`{value.GetRawConstantValue()}`"))
            : "the " + RowMapper.ColumnName(constants.Name).Replace('_', ' ');
    }

    [GeneratedRegex(
        @"OpenBanking\.(?<type>[A-Za-z]+)(?:\.(?<member>[A-Za-z]+))?",
        RegexOptions.NonBacktracking
    )]
    private static partial Regex NameInCode();
}
