using System.Text.Json.Nodes;

namespace OpenBanking.Tests.Contract;

/// <summary>What a client that works with one document cannot do with a later one. Answers may grow, requests may ask for
/// less: whoever wrote a client before goes on.</summary>
public sealed class BreakingChanges
{
    private static readonly string[] methods = ["get", "post", "put", "patch", "delete"];

    private readonly JsonNode before;
    private readonly JsonNode after;
    private readonly List<string> found = [];
    private readonly HashSet<string> compared = [];

    private BreakingChanges(JsonNode before, JsonNode after)
    {
        this.before = before;
        this.after = after;
    }

    /// <summary>One sentence for each break; none when every client goes on.</summary>
    public static IReadOnlyList<string> Find(JsonNode before, JsonNode after)
    {
        var changes = new BreakingChanges(before, after);
        changes.ComparePaths();
        changes.CompareWebhooks();
        changes.CompareSecuritySchemes();
        return changes.found;
    }

    private void ComparePaths()
    {
        foreach (var (path, item) in Members(before["paths"]))
        {
            foreach (var (method, operation) in Members(item).Where(entry => methods.Contains(entry.Key)))
            {
                var where = $"{method} {path}";
                if (after["paths"]?[path]?[method] is { } now)
                {
                    CompareOperation(where, operation, now);
                }
                else
                {
                    found.Add($"{where} is gone");
                }
            }
        }
    }

    /// <summary>Events are sent as answers are.</summary>
    private void CompareWebhooks()
    {
        foreach (var (type, item) in Members(before["webhooks"]))
        {
            if (after["webhooks"]?[type]?["post"]?["requestBody"] is { } now)
            {
                CompareContent($"event {type}", item["post"]!["requestBody"]!, now, isRequest: false);
            }
            else
            {
                found.Add($"event {type} is gone");
            }
        }
    }

    /// <summary>Where tokens come from, and what they are.</summary>
    private void CompareSecuritySchemes()
    {
        foreach (var (name, scheme) in Members(before["components"]?["securitySchemes"]))
        {
            var now = after["components"]?["securitySchemes"]?[name];
            if (
                now is null
                || AddressesOf(scheme).Except(AddressesOf(now)).Any()
                || TextOf(scheme, "type") != TextOf(now, "type")
            )
            {
                found.Add($"security scheme {name} is another");
            }
        }
    }

    private static IEnumerable<string> AddressesOf(JsonNode scheme) =>
        Members(scheme["flows"])
            .SelectMany(flow =>
                Members(flow.Value)
                    .Where(entry => entry.Value is JsonValue)
                    .Select(entry => $"{flow.Key} {entry.Key} {entry.Value}")
            );

    private void CompareOperation(string where, JsonNode was, JsonNode now)
    {
        if (TextOf(was, "operationId") != TextOf(now, "operationId"))
        {
            found.Add($"{where}: the operationId, which generated clients call it by, is another");
        }

        foreach (var scope in ScopesOf(now).Except(ScopesOf(was)))
        {
            found.Add($"{where}: needs the scope {scope}");
        }

        if (was["security"]?.ToJsonString() is { } known && SchemesOf(was).Except(SchemesOf(now)).Any())
        {
            found.Add($"{where}: is called another way than by {known}");
        }

        CompareParameters(where, was, now);
        CompareBody(where, was, now);
        foreach (var (status, response) in Members(was["responses"]))
        {
            if (now["responses"]?[status] is { } answer)
            {
                var (had, has) = (Open(before, response), Open(after, answer));
                CompareContent($"{where} {status}", had, has, isRequest: false);
                foreach (
                    var (header, _) in Members(had["headers"])
                        .ExceptBy(Members(has["headers"]).Select(Name), Name)
                )
                {
                    found.Add($"{where} {status}: the header {header} is gone");
                }
            }
            else
            {
                found.Add($"{where}: status {status} is gone");
            }
        }
    }

    private void CompareParameters(string where, JsonNode was, JsonNode now)
    {
        var known = ParametersOf(before, was);
        var taken = ParametersOf(after, now);
        foreach (var (name, parameter) in known)
        {
            if (!taken.TryGetValue(name, out var still))
            {
                found.Add($"{where}: parameter {name} is gone");
                continue;
            }

            if (IsRequired(still) && !IsRequired(parameter))
            {
                found.Add($"{where}: parameter {name} is required now");
            }

            CompareSchemas($"{where} {name}", parameter["schema"], still["schema"], isRequest: true);
        }

        foreach (
            var (name, _) in taken.Where(entry => IsRequired(entry.Value) && !known.ContainsKey(entry.Key))
        )
        {
            found.Add($"{where}: parameter {name} is new and required");
        }
    }

    private void CompareBody(string where, JsonNode was, JsonNode now)
    {
        if (now["requestBody"] is not { } body)
        {
            if (was["requestBody"] is not null)
            {
                found.Add($"{where}: takes no body any more");
            }

            return;
        }

        if (was["requestBody"] is { } known)
        {
            CompareContent($"{where} body", known, body, isRequest: true);
        }

        if (IsRequired(body) && (was["requestBody"] is not { } asked || !IsRequired(asked)))
        {
            found.Add($"{where}: a body is required now");
        }
    }

    private void CompareContent(string where, JsonNode was, JsonNode now, bool isRequest)
    {
        foreach (var (type, media) in Members(was["content"]))
        {
            if (now["content"]?[type] is { } still)
            {
                CompareSchemas(where, media["schema"], still["schema"], isRequest);
            }
            else
            {
                found.Add($"{where}: {type} is gone");
            }
        }
    }

    private void CompareSchemas(string where, JsonNode? knownSchema, JsonNode? nowSchema, bool isRequest)
    {
        if (knownSchema is null || nowSchema is null)
        {
            return;
        }

        CompareBeside(where, knownSchema, nowSchema, isRequest);
        var name = knownSchema["$ref"]?.ToString();
        if (name is not null && !compared.Add($"{name} {nowSchema["$ref"]} {isRequest}"))
        {
            return;
        }

        var (was, now) = (Open(before, knownSchema), Open(after, nowSchema));
        where = name is null ? where : name.Split('/')[^1];
        CompareValues(where, was, now, isRequest);
        foreach (var (field, schema) in Members(was["properties"]))
        {
            if (now["properties"]?[field] is { } still)
            {
                CompareSchemas($"{where}.{field}", schema, still, isRequest);
            }
            else
            {
                found.Add($"{where}.{field} is gone");
            }
        }

        // A request must go on being enough, an answer must go on being whole.
        var (needed, had) = isRequest ? (now, was) : (was, now);
        foreach (var field in ListOf(needed, "required").Except(ListOf(had, "required")))
        {
            found.Add(isRequest ? $"{where}.{field} is required now" : $"{where}.{field} may be absent now");
        }

        CompareSchemas($"{where}[]", was["items"], now["items"], isRequest);
    }

    /// <summary>What is said of a shared schema's fields in one place alone.</summary>
    private void CompareBeside(string where, JsonNode was, JsonNode now, bool isRequest)
    {
        if (now["$ref"] is null)
        {
            return;
        }

        foreach (var (field, beside) in Members(now["properties"]))
        {
            CompareValues(
                $"{where}.{field}",
                was["properties"]?[field] ?? new JsonObject(),
                beside,
                isRequest
            );
        }
    }

    private void CompareValues(string where, JsonNode was, JsonNode now, bool isRequest)
    {
        var (types, typesNow) = (TypesOf(was), TypesOf(now));
        if (isRequest ? types.Except(typesNow).Any() : typesNow.Except(types).Any())
        {
            found.Add($"{where}: {string.Join('|', types)} has become {string.Join('|', typesNow)}");
        }

        if (TextOf(was, "format") != TextOf(now, "format"))
        {
            found.Add($"{where}: the format has become {TextOf(now, "format") ?? "none"}");
        }

        foreach (var value in ValuesOf(was).Except(ValuesOf(now)))
        {
            found.Add($"{where}: the value {value} is gone");
        }

        if (!isRequest)
        {
            return;
        }

        foreach (
            var (limit, isLeast) in new[]
            {
                ("minLength", true),
                ("minimum", true),
                ("exclusiveMinimum", true),
                ("minItems", true),
                ("minProperties", true),
                ("maxLength", false),
                ("maximum", false),
                ("exclusiveMaximum", false),
                ("maxItems", false),
                ("maxProperties", false),
            }
        )
        {
            if (
                NumberOf(now, limit) is { } bound
                && (NumberOf(was, limit) is not { } old || (isLeast ? bound > old : bound < old))
            )
            {
                found.Add($"{where}: {limit} is {bound} now");
            }
        }

        foreach (
            var rule in (string[])
                [
                    "const",
                    "enum",
                    "multipleOf",
                    "uniqueItems",
                    "oneOf",
                    "allOf",
                    "not",
                    "additionalProperties",
                ]
        )
        {
            if (now[rule] is { } asked && was[rule] is null)
            {
                found.Add($"{where}: {rule} is {asked.ToJsonString()} now");
            }
        }

        if (now["pattern"] is { } pattern && TextOf(was, "pattern") != pattern.ToString())
        {
            found.Add($"{where}: must match {pattern} now");
        }
    }

    /// <summary>What is said in the components, where it is only named.</summary>
    private static JsonNode Open(JsonNode document, JsonNode node) =>
        node["$ref"]?.GetValue<string>() is { } reference
            ? reference.Split('/').Skip(1).Aggregate(document, (place, part) => place[part]!)
            : node;

    private static Dictionary<string, JsonNode> ParametersOf(JsonNode document, JsonNode operation) =>
        (operation["parameters"]?.AsArray() ?? [])
            .Select(parameter => Open(document, parameter!))
            .ToDictionary(parameter => $"{parameter["in"]} {parameter["name"]}");

    private static string Name(KeyValuePair<string, JsonNode> member) => member.Key;

    private static IEnumerable<string> SchemesOf(JsonNode operation) =>
        (operation["security"]?.AsArray() ?? []).SelectMany(requirement =>
            requirement!.AsObject().Select(scheme => scheme.Key)
        );

    private static IEnumerable<string> ScopesOf(JsonNode operation) =>
        (operation["security"]?.AsArray() ?? [])
            .SelectMany(requirement => requirement!.AsObject())
            .SelectMany(scheme => scheme.Value!.AsArray().Select(scope => scope!.ToString()));

    /// <summary>The values of a closed list, or those that are known of one that may grow.</summary>
    private static IEnumerable<string> ValuesOf(JsonNode schema) =>
        ListOf(schema, "enum").Concat(TypesOf(schema).Contains("string") ? ListOf(schema, "examples") : []);

    private static IReadOnlyList<string> TypesOf(JsonNode schema) =>
        schema["type"] is JsonArray types ? [.. types.Select(type => type!.ToString())]
        : schema["type"] is { } type ? [type.ToString()]
        : [];

    private static IEnumerable<string> ListOf(JsonNode node, string name) =>
        (node[name] as JsonArray ?? []).Select(item => item!.ToString());

    private static string? TextOf(JsonNode node, string name) => node[name]?.ToString();

    private static decimal? NumberOf(JsonNode node, string name) => node[name]?.GetValue<decimal>();

    private static bool IsRequired(JsonNode node) => node["required"]?.GetValue<bool>() is true;

    private static IEnumerable<KeyValuePair<string, JsonNode>> Members(JsonNode? node) =>
        node?.AsObject().Select(entry => KeyValuePair.Create(entry.Key, entry.Value!)) ?? [];
}
