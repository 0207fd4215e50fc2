using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.OpenApi;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Storage;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace OpenBanking.Server.Http.OpenApi;

/// <summary>Describes what the generator cannot see: values from lists that may grow are strings, money is whole fen,
/// and only what a request may leave out may be null; answers leave out what they do not have.</summary>
public sealed class WireSchemas : ISchemaFilter
{
    private static readonly NullabilityInfoContext nullability = new();

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

        foreach (var property in context.Type.GetProperties())
        {
            if (
                described.Properties?.TryGetValue(WireNameOf(property), out var value) is true
                && value is OpenApiSchema member
                && !MayBeNull(property)
            )
            {
                member.Type &= ~JsonSchemaType.Null;
            }
        }
    }

    private static string WireNameOf(PropertyInfo property) =>
        property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? RowMapper.ColumnName(property.Name);

    private static bool MayBeNull(PropertyInfo property) =>
        !property.DeclaringType!.IsAssignableTo(typeof(ResponseObject))
        && !property.DeclaringType.IsAssignableTo(typeof(AuthenticatedForm))
        && property.DeclaringType != typeof(Money)
        && nullability.Create(property).WriteState == NullabilityState.Nullable;

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
}
