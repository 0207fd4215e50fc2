using System.Text.Json.Nodes;
using Xunit;

namespace OpenBanking.Tests.Contract;

/// <summary>Clients of the last release go on working.</summary>
public sealed class BreakingChangeTests
{
    private const string Orders = """
        {
          "paths": {
            "/orders": {
              "post": {
                "operationId": "createOrder",
                "security": [{ "oauth": ["orders"] }],
                "parameters": [
                  { "name": "Key", "in": "header", "schema": { "type": "string", "maxLength": 64 } }
                ],
                "requestBody": {
                  "content": { "application/json": { "schema": { "$ref": "#/components/schemas/NewOrder" } } }
                },
                "responses": {
                  "201": {
                    "description": "Created",
                    "headers": { "ETag": { "schema": { "type": "string" } } },
                    "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Order" } } }
                  },
                  "409": { "description": "Not now" }
                }
              }
            },
            "/health": { "get": { "operationId": "getHealth", "responses": { "200": { "description": "OK" } } } }
          },
          "webhooks": {
            "order.paid": {
              "post": {
                "requestBody": {
                  "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Order" } } }
                }
              }
            }
          },
          "components": {
            "securitySchemes": {
              "oauth": {
                "type": "oauth2",
                "flows": { "clientCredentials": { "tokenUrl": "/token", "scopes": { "orders": "Orders" } } }
              }
            },
            "schemas": {
              "NewOrder": {
                "type": "object",
                "required": ["name"],
                "properties": {
                  "name": { "type": ["null", "string"] },
                  "kind": { "type": "string", "enum": ["one", "many"] },
                  "note": { "type": "string" }
                }
              },
              "Order": {
                "type": "object",
                "required": ["id", "status"],
                "properties": {
                  "id": { "type": "string" },
                  "status": { "type": "string", "examples": ["open", "paid"] },
                  "total": { "type": "integer", "format": "int64" }
                }
              }
            }
          }
        }
        """;

    private const string Operation = "paths//orders/post";

    /// <summary>What was refused before, too, and is only said since.</summary>
    private static readonly string[] saidSince =
    [
        "NarrowConsentRequest.authorization_details: minItems is 1 now",
        "AuthorizationDetail.actions: minItems is 1 now",
        "CreateWebhookEndpointRequest.events: minItems is 1 now",
        "AccountApplicationRequest.encrypted_applicant: maxLength is 8192 now",
        "CreatePaymentRequest.order_no: minLength is 1 now",
        "CreatePaymentRequest.order_no: maxLength is 64 now",
        @"CreatePaymentRequest.order_no: must match ^(?:\.{3,}|\.*[A-Za-z0-9_:-][A-Za-z0-9._:-]*)$ now",
        "CreatePaymentRequest.description: minLength is 1 now",
        "CreatePaymentRequest.description: maxLength is 128 now",
        "CreateRefundRequest.reason: minLength is 1 now",
        "CreateRefundRequest.reason: maxLength is 128 now",
        "CreateWebhookEndpointRequest.url: minLength is 1 now",
        "CreateWebhookEndpointRequest.url: maxLength is 512 now",
        "SandboxSignUpRequest.partner_name: minLength is 1 now",
        "SandboxSignUpRequest.partner_name: maxLength is 64 now",
        "CreatePaymentRequest.amount.amount: minimum is 1 now",
        "CreatePaymentRequest.amount.amount: maximum is 10000000000 now",
        "CapturePaymentRequest.amount.amount: minimum is 1 now",
        "CapturePaymentRequest.amount.amount: maximum is 10000000000 now",
        "CreateRefundRequest.amount.amount: minimum is 1 now",
        "CreateRefundRequest.amount.amount: maximum is 10000000000 now",
        "CreateTopUpRequest.amount.amount: minimum is 1 now",
        "CreateTopUpRequest.amount.amount: maximum is 10000000000 now",
        "AuthorizationDetail.per_payment_limit.amount: minimum is 1 now",
        "AuthorizationDetail.per_payment_limit.amount: maximum is 10000000000 now",
        "AuthorizationDetail.daily_limit.amount: minimum is 1 now",
        "AuthorizationDetail.daily_limit.amount: maximum is 10000000000 now",
        "AuthorizationDetail.total_limit.amount: minimum is 1 now",
        "AuthorizationDetail.total_limit.amount: maximum is 10000000000 now",
    ];

    [Fact]
    public async Task Nothing_that_a_client_of_the_last_release_needs_has_changed() =>
        Assert.Equal(
            saidSince.Order(StringComparer.Ordinal),
            BreakingChanges
                .Find(
                    await ReadAsync("openapi/baseline/openbanking.v1.json"),
                    await ReadAsync("openapi/openbanking.v1.json")
                )
                .Order(StringComparer.Ordinal)
        );

    [Theory]
    [InlineData("paths//health", null, "get /health is gone")]
    [InlineData("paths//health/get", null, "get /health is gone")]
    [InlineData(
        Operation + "/operationId",
        "\"placeOrder\"",
        "post /orders: the operationId, which generated clients call it by, is another"
    )]
    [InlineData(Operation + "/security/0/oauth/0", "\"payments\"", "post /orders: needs the scope payments")]
    [InlineData(Operation + "/parameters", "[]", "post /orders: parameter header Key is gone")]
    [InlineData(
        Operation + "/parameters/0/required",
        "true",
        "post /orders: parameter header Key is required now"
    )]
    [InlineData(
        Operation + "/parameters/1",
        """{ "name": "page", "in": "query", "required": true, "schema": {} }""",
        "post /orders: parameter query page is new and required"
    )]
    [InlineData(
        Operation + "/parameters/0/schema/maxLength",
        "32",
        "post /orders header Key: maxLength is 32 now"
    )]
    [InlineData(
        Operation + "/parameters/0/schema/pattern",
        "\"^a\"",
        "post /orders header Key: must match ^a now"
    )]
    [InlineData(Operation + "/requestBody", null, "post /orders: takes no body any more")]
    [InlineData(Operation + "/requestBody/required", "true", "post /orders: a body is required now")]
    [InlineData(Operation + "/requestBody/content", "{}", "post /orders body: application/json is gone")]
    [InlineData(Operation + "/responses/409", null, "post /orders: status 409 is gone")]
    [InlineData("components/schemas/NewOrder/required/1", "\"note\"", "NewOrder.note is required now")]
    [InlineData("components/schemas/NewOrder/properties/note", null, "NewOrder.note is gone")]
    [InlineData(
        "components/schemas/NewOrder/properties/name/type",
        "\"string\"",
        "NewOrder.name: null|string has become string"
    )]
    [InlineData(
        "components/schemas/NewOrder/properties/kind/enum",
        "[\"one\"]",
        "NewOrder.kind: the value many is gone"
    )]
    [InlineData("components/schemas/Order/properties/total", null, "Order.total is gone")]
    [InlineData(
        "components/schemas/Order/properties/total/type",
        "\"string\"",
        "Order.total: integer has become string"
    )]
    [InlineData(
        "components/schemas/Order/properties/total/format",
        "\"int32\"",
        "Order.total: the format has become int32"
    )]
    [InlineData("components/schemas/Order/required", "[\"id\"]", "Order.status may be absent now")]
    [InlineData(
        "components/schemas/Order/properties/status/examples",
        "[\"open\"]",
        "Order.status: the value paid is gone"
    )]
    [InlineData(
        "components/schemas/NewOrder/properties/note/enum",
        "[\"x\"]",
        "NewOrder.note: enum is [\"x\"] now"
    )]
    [InlineData(
        "components/schemas/NewOrder/properties/note/const",
        "\"x\"",
        "NewOrder.note: const is \"x\" now"
    )]
    [InlineData("components/schemas/NewOrder/minProperties", "2", "NewOrder: minProperties is 2 now")]
    [InlineData(
        "components/schemas/NewOrder/properties/note/maxItems",
        "1",
        "NewOrder.note: maxItems is 1 now"
    )]
    [InlineData("components/schemas/NewOrder/oneOf", "[]", "NewOrder: oneOf is [] now")]
    [InlineData(Operation + "/responses/201/headers/ETag", null, "post /orders 201: the header ETag is gone")]
    [InlineData(
        Operation + "/security",
        """[{ "key": [] }]""",
        """post /orders: is called another way than by [{"oauth":["orders"]}]"""
    )]
    [InlineData("components/securitySchemes/oauth/type", "\"apiKey\"", "security scheme oauth is another")]
    [InlineData(
        "components/securitySchemes/oauth/flows/clientCredentials/tokenUrl",
        "\"/elsewhere\"",
        "security scheme oauth is another"
    )]
    [InlineData(
        Operation + "/requestBody/content/application~json/schema/properties",
        """{ "note": { "maxLength": 8 } }""",
        "post /orders body.note: maxLength is 8 now"
    )]
    [InlineData("webhooks/order.paid", null, "event order.paid is gone")]
    public void A_break_is_told(string place, string? value, string expected) =>
        Assert.Contains(expected, BreakingChanges.Find(JsonNode.Parse(Orders)!, Changed(place, value)));

    [Theory]
    [InlineData("paths//new", """{ "get": { "operationId": "getNew", "responses": {} } }""")]
    [InlineData(
        Operation + "/parameters/1",
        """{ "name": "page", "in": "query", "schema": { "type": "integer" } }"""
    )]
    [InlineData(Operation + "/parameters/0/schema/maxLength", "128")]
    [InlineData(Operation + "/responses/403", """{ "description": "Not you" }""")]
    [InlineData("components/schemas/NewOrder/properties/more", """{ "type": "string" }""")]
    [InlineData("components/schemas/NewOrder/required", "[]")]
    [InlineData("components/schemas/NewOrder/properties/kind/enum/2", "\"none\"")]
    [InlineData("components/schemas/Order/properties/more", """{ "type": "string" }""")]
    [InlineData("components/schemas/Order/required/2", "\"total\"")]
    [InlineData("components/schemas/Order/properties/status/examples/2", "\"closed\"")]
    [InlineData("components/schemas/Order/properties/id/description", "\"The id.\"")]
    [InlineData(
        Operation + "/responses/201/content/application~json/schema/properties",
        """{ "total": { "minimum": 1 } }"""
    )]
    public void Growing_is_no_break(string place, string value) =>
        Assert.Empty(BreakingChanges.Find(JsonNode.Parse(Orders)!, Changed(place, value)));

    /// <summary>The orders with one place of the document changed, added or, with null, taken out.</summary>
    private static JsonNode Changed(string place, string? value)
    {
        var document = JsonNode.Parse(Orders)!;
        // The path of an operation begins with a slash itself.
        var parts = place.Replace("//", "/~", StringComparison.Ordinal).Split('/');
        var parent = parts[..^1].Select(Unescaped).Aggregate(document, Child);
        var last = Unescaped(parts[^1]);
        switch (parent)
        {
            case JsonArray list when int.Parse(last) is var index && index < list.Count:
                list[index] = JsonNode.Parse(value!);
                break;
            case JsonArray list:
                list.Add(JsonNode.Parse(value!));
                break;
            default:
                if (value is null)
                {
                    parent.AsObject().Remove(last);
                }
                else
                {
                    parent[last] = JsonNode.Parse(value);
                }

                break;
        }

        return document;
    }

    private static string Unescaped(string part) => part.Replace('~', '/');

    private static JsonNode Child(JsonNode parent, string name) =>
        parent is JsonArray list ? list[int.Parse(name)]! : parent[name]!;

    private static async Task<JsonNode> ReadAsync(string file) =>
        JsonNode.Parse(await File.ReadAllTextAsync(RepositoryFiles.Find(file)))!;
}
