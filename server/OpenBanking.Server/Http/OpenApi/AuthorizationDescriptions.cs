using Microsoft.OpenApi;
using OpenBanking.Server.Authorization;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace OpenBanking.Server.Http.OpenApi;

/// <summary>Describes what the endpoints of the authorization server share: forms, proofs, and errors as OAuth has
/// them.</summary>
public sealed class AuthorizationDescriptions : IOperationFilter
{
    /// <summary>The bearer tokens of registration (RFC 7591 §3, RFC 7592 §2).</summary>
    public const string RegistrationScheme = "registration";

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var metadata = context.ApiDescription.ActionDescriptor.EndpointMetadata;
        if (metadata.OfType<OAuthBody>().FirstOrDefault() is not { } body)
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

        if (body.ContentType != OAuthForm.FormType)
        {
            operation.Security =
            [
                new() { [new OpenApiSecuritySchemeReference(RegistrationScheme, context.Document)] = [] },
            ];
        }

        var takesProof = body.Type == typeof(TokenForm) || body.Type == typeof(PushedAuthorizationForm);
        if (takesProof)
        {
            operation.Parameters!.Add(SharedParts.Parameter(SharedParts.Proof, context.Document));
            foreach (var response in operation.Responses!.Values)
            {
                SharedParts.AddHeaders(response, context.Document, SharedParts.Nonce);
            }
        }

        Refuse(operation, context, [.. metadata.OfType<OAuthRefusals>()], takesProof);
    }

    private static void Refuse(
        OpenApiOperation operation,
        OperationFilterContext context,
        IReadOnlyList<OAuthRefusals> refusals,
        bool offersNonce
    )
    {
        var schema = context.SchemaGenerator.GenerateSchema(typeof(OAuthError), context.SchemaRepository);
        var meanings = OAuthErrors.Meanings.ToDictionary(entry => entry.Error, entry => entry.Meaning);
        foreach (
            var status in refusals
                .SelectMany(refusal =>
                    refusal.Errors.Select(error =>
                        (Status: refusal.Status ?? OAuthErrors.StatusOf(error), Error: error)
                    )
                )
                .GroupBy(refusal => refusal.Status, refusal => refusal.Error)
        )
        {
            var response = new OpenApiResponse
            {
                Description = string.Join("; ", status.Select(error => $"{error}: {meanings[error]}")) + ".",
                Content = new Dictionary<string, IOpenApiMediaType>
                {
                    ["application/json"] = ErrorExamples.OfOAuth(schema, status, context.Document),
                },
            };
            operation.Responses![status.Key.ToString()] = response;
            SharedParts.AddHeaders(
                response,
                context.Document,
                [
                    SharedParts.RequestId,
                    SharedParts.RateLimit,
                    SharedParts.RateLimitPolicy,
                    .. offersNonce ? [SharedParts.Nonce] : Array.Empty<string>(),
                ]
            );
        }
    }
}
