using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace OpenBanking.Server.Http.OpenApi;

/// <summary>One request as it went over the wire, and its answer.</summary>
/// <param name="Name">What the document calls the example.</param>
/// <param name="Summary">What happens in it.</param>
/// <param name="Request">The body, or the form's fields; null without either.</param>
/// <param name="Status">The HTTP status of the answer.</param>
/// <param name="Answer">The body of the answer; null without one.</param>
public sealed record RecordedExample(
    string Name,
    string Summary,
    JsonNode? Request,
    int Status,
    JsonNode? Answer
);

/// <summary>Examples of requests and answers. They are recorded from a server that runs, in <c>examples.json</c>, and a
/// test holds them to what it says today.</summary>
public sealed class OperationExamples : IOperationFilter
{
    /// <summary>How the file is written: snake_case, and text as it is read.</summary>
    public static JsonSerializerOptions FileFormat { get; } =
        new()
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            WriteIndented = true,
            NewLine = "\n",
        };

    private static readonly Dictionary<string, IReadOnlyList<RecordedExample>> examples = Read();

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        foreach (var example in Of(operation.OperationId!))
        {
            if (example.Request is not null)
            {
                Add(operation.RequestBody!.Content!.Values.Single(), example, example.Request);
            }

            if (example.Answer is not null)
            {
                var content = operation.Responses![example.Status.ToString()].Content!;
                Add(content.Values.Single(), example, example.Answer);
            }
        }
    }

    /// <summary>The examples of one operation, or of one type of event.</summary>
    public static IReadOnlyList<RecordedExample> Of(string name) => examples.GetValueOrDefault(name, []);

    /// <summary>Shows one value under the example's name.</summary>
    internal static void Add(IOpenApiMediaType media, RecordedExample example, JsonNode value)
    {
        var described = (OpenApiMediaType)media;
        described.Examples ??= new Dictionary<string, IOpenApiExample>();
        described.Examples[example.Name] = new OpenApiExample
        {
            Summary = example.Summary,
            Value = value.DeepClone(),
        };
    }

    private static Dictionary<string, IReadOnlyList<RecordedExample>> Read()
    {
        using var file = typeof(OperationExamples).Assembly.GetManifestResourceStream(
            "OpenBanking.Server.Http.OpenApi.examples.json"
        )!;
        return JsonSerializer.Deserialize<Dictionary<string, IReadOnlyList<RecordedExample>>>(
            file,
            FileFormat
        )!;
    }
}
