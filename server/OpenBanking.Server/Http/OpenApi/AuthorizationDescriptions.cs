using Microsoft.OpenApi;
using OpenBanking.Server.Authorization;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace OpenBanking.Server.Http.OpenApi;

/// <summary>Describes what the endpoints of the authorization server share: proofs, and errors as OAuth has them.</summary>
public sealed class AuthorizationDescriptions : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        if (
            context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<OAuthBody>().FirstOrDefault()
            is not { } body
        )
        {
            return;
        }

        if (body.Type is { } type)
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, IOpenApiMediaType>
                {
                    [body.ContentType] = new OpenApiMediaType
                    {
                        Schema = context.SchemaGenerator.GenerateSchema(type, context.SchemaRepository),
                    },
                },
            };
        }

        if (body.Type == typeof(TokenForm) || body.Type == typeof(PushedAuthorizationForm))
        {
            operation.Parameters!.Add(OperationDescriptions.ProofHeader());
        }

        var schema = context.SchemaGenerator.GenerateSchema(typeof(OAuthError), context.SchemaRepository);
        foreach (
            var (status, description) in ((string, string)[])
                [
                    ("400", "The request was refused (RFC 6749 §5.2); error_description says why."),
                    ("401", "The client, or its token, is not known."),
                ]
        )
        {
            operation.Responses![status] = new OpenApiResponse
            {
                Description = description,
                Content = new Dictionary<string, IOpenApiMediaType>
                {
                    ["application/json"] = new OpenApiMediaType { Schema = schema },
                },
            };
        }
    }
}
