using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace OpenBanking.Server.Http.OpenApi;

/// <summary>What each scope allows, in a few words.</summary>
public static class ScopeTexts
{
    private static readonly Dictionary<string, string> texts = new()
    {
        [Scopes.OpenId] = "Who the customer is to this partner",
        [Scopes.Accounts] = "The customer's e-account",
        [Scopes.Coupons] = "The customer's coupons",
        [Scopes.Payments] = "Payments, refunds and top-ups under agreements",
        [Scopes.PaymentsRead] = "Reading payments, refunds, top-ups, orders, agreements and consents",
        [Scopes.CouponsIssue] = "Coupon stocks and issuing",
        [Scopes.Webhooks] = "Webhook endpoints",
        [Scopes.Applications] = "Applications for e-accounts",
        [Scopes.Settlement] = "Merchants that sell through the partner, and what was paid out",
    };

    public static string Describe(string scope) => texts[scope];
}

/// <summary>Describes the groups that routes are shown in, and what many routes share.</summary>
public sealed class DocumentDescriptions : IDocumentFilter
{
    private static readonly (string Name, string Description)[] tags =
    [
        ("Authorization", "Registration, pushed requests and tokens (FAPI 2.0)."),
        ("Applications", "Opening e-accounts for persons the partner knows."),
        ("Accounts", "E-accounts that customers gave access to."),
        ("Consents", "What customers allowed this app, and their payment agreements."),
        ("Coupons", "The bank's coupon stocks, and coupons in customers' wallets."),
        ("Payments", "Payments under agreements, and the orders they are for."),
        ("Payouts", "What was paid out to the partner and its merchants."),
        ("Refunds", "Giving payments back."),
        ("Sandbox", "What only a sandbox has."),
        ("Sub-merchants", "Merchants that sell through the partner."),
        ("Top-ups", "Money from bound cards."),
        ("Webhooks", "Where events are posted to."),
    ];

    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
    {
        swaggerDoc.Tags = tags.Select(tag => new OpenApiTag
            {
                Name = tag.Name,
                Description = tag.Description,
            })
            .ToHashSet();
        foreach (var operation in swaggerDoc.Paths.Values.SelectMany(path => path.Operations!.Values))
        {
            var responses = operation.Responses!.OrderBy(response => response.Key, StringComparer.Ordinal);
            operation.Responses = [];
            foreach (var (status, response) in responses)
            {
                operation.Responses[status] = response;
            }

            foreach (var media in MediaOf(operation))
            {
                WireSchemas.Straighten(media.Schema!);
            }
        }

        foreach (var schema in swaggerDoc.Components!.Schemas!.Values)
        {
            WireSchemas.Straighten(schema);
        }

        SharedParts.AddTo(swaggerDoc);
        SharedResponses.AddTo(swaggerDoc);
        ErrorExamples.AddTo(swaggerDoc, OpenApi.SandboxServer);
    }

    private static IEnumerable<IOpenApiMediaType> MediaOf(OpenApiOperation operation) =>
        operation
            .Responses!.Values.Select(response => response.Content)
            .Append(operation.RequestBody?.Content)
            .SelectMany(content => content?.Values ?? [])
            .Where(media => media.Schema is not null);
}
