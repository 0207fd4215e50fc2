using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace OpenBanking.Server.Http.OpenApi;

/// <summary>Describes what is posted to webhook endpoints, one entry for each type of event.</summary>
public sealed class WebhookDescriptions : IDocumentFilter
{
    private static readonly (string Name, string Description)[] headers =
    [
        ("webhook-id", "The event's id; the same in every delivery."),
        ("webhook-timestamp", "When this delivery was sent, in seconds since 1970."),
        ("webhook-signature", "v1, and the HMAC-SHA256 of id, timestamp and body (Standard Webhooks 1.0)."),
    ];

    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
    {
        var schema = context.SchemaGenerator.GenerateSchema(typeof(WebhookEvent), context.SchemaRepository);
        swaggerDoc.Webhooks = EventTypes.All.ToDictionary(
            type => type,
            type =>
                (IOpenApiPathItem)
                    new OpenApiPathItem
                    {
                        Operations = new() { [HttpMethod.Post] = Describe(type, schema, swaggerDoc) },
                    }
        );
    }

    private static OpenApiOperation Describe(string type, IOpenApiSchema schema, OpenApiDocument document) =>
        new()
        {
            OperationId =
                "on"
                + string.Concat(
                    type.Split('.', '_').Select(word => char.ToUpperInvariant(word[0]) + word[1..])
                ),
            Summary = $"The event {type}",
            Description = "Verify the signature, answer 2xx at once, and read the object for the rest.",
            Tags = new HashSet<OpenApiTagReference> { new("Webhooks", document) },
            Parameters =
            [
                .. headers.Select(header => new OpenApiParameter
                {
                    Name = header.Name,
                    In = ParameterLocation.Header,
                    Required = true,
                    Description = header.Description,
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                }),
            ],
            RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, IOpenApiMediaType>
                {
                    ["application/json"] = Example(type, schema),
                },
            },
            Responses = new()
            {
                ["2XX"] = new OpenApiResponse
                {
                    Description = "Taken; anything else is tried again, for about 72 hours.",
                },
                ["410"] = new OpenApiResponse
                {
                    Description = "The endpoint is gone: nothing is sent to it any more.",
                },
            },
        };

    private static OpenApiMediaType Example(string type, IOpenApiSchema schema)
    {
        var media = new OpenApiMediaType { Schema = schema };
        foreach (var example in OperationExamples.Of(type))
        {
            OperationExamples.Add(media, example, example.Request!);
        }

        return media;
    }
}
