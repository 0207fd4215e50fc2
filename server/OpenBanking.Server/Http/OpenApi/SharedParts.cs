using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace OpenBanking.Server.Http.OpenApi;

/// <summary>Parameters and headers that many operations have: said once, in the document's components.</summary>
public static class SharedParts
{
    public const string Proof = "DPoP";
    public const string IdempotencyKey = "Idempotency-Key";
    public const string IfNoneMatch = "If-None-Match";
    public const string Limit = "limit";
    public const string After = "after";

    public const string RequestId = "X-Request-Id";
    public const string RateLimit = "RateLimit";
    public const string RateLimitPolicy = "RateLimit-Policy";
    public const string RetryAfter = "Retry-After";
    public const string EntityTag = "ETag";
    public const string Replayed = "Idempotency-Replayed";
    public const string Nonce = "DPoP-Nonce";
    public const string Challenge = "WWW-Authenticate";

    private static readonly OpenApiParameter[] parameters =
    [
        InHeader(
            Proof,
            "A proof made for this request (RFC 9449 §4.2): a JWT signed with the key the token is bound to, with the "
                + "nonce of the last DPoP-Nonce header. Needed unless the token is, or is to be, bound to a client certificate.",
            new() { Type = JsonSchemaType.String }
        ),
        InHeader(
            IdempotencyKey,
            "1–64 visible ASCII characters, made from the order number. The same key with the same request acts "
                + "once and is answered the same; with another request it is refused.",
            new()
            {
                Type = JsonSchemaType.String,
                MinLength = 1,
                MaxLength = 64,
                Pattern = "^[!-~]+$",
                Examples = [(JsonNode)"order-1001/payment/1"],
            },
            required: true
        ),
        InHeader(
            IfNoneMatch,
            "The ETag of the answer the caller has: while nothing has changed, it is 304 without a body "
                + "(RFC 9110 §13.1.2).",
            new() { Type = JsonSchemaType.String, Examples = [(JsonNode)"\"q2Y9nTsEGd3xVbWk\""] }
        ),
        InQuery(
            Limit,
            $"How many items a page has at the most: 1 to {ServerLimits.LargestPage}, {ServerLimits.DefaultPage} by default.",
            new()
            {
                Type = JsonSchemaType.Integer,
                Format = "int32",
                Minimum = "1",
                Maximum = ServerLimits.LargestPage.ToString(),
                Default = ServerLimits.DefaultPage,
            }
        ),
        InQuery(
            After,
            "The next_cursor of the page before; the first page when absent. Opaque.",
            new() { Type = JsonSchemaType.String }
        ),
    ];

    private static readonly (
        string Name,
        string Description,
        JsonSchemaType Type,
        JsonNode Example
    )[] headers =
    [
        (
            RequestId,
            "The server's name for this request: give it to the bank's support. In problems it is request_id.",
            JsonSchemaType.String,
            "req_06fw9z4mtd7n3q8k1xv5c2hbrs"
        ),
        (
            RateLimit,
            "r: how many requests are left now; t: in how many seconds there are more.",
            JsonSchemaType.String,
            "\"default\";r=99;t=1"
        ),
        (
            RateLimitPolicy,
            "q: how many requests come back in each window; w: the window in seconds.",
            JsonSchemaType.String,
            $"\"default\";q={new ServerOptions().RequestsPerSecond};w=1"
        ),
        (RetryAfter, "How many seconds to wait before the same request.", JsonSchemaType.Integer, 1),
        (EntityTag, "Names this answer, for If-None-Match.", JsonSchemaType.String, "\"q2Y9nTsEGd3xVbWk\""),
        (
            Replayed,
            "true when the answer was given before, under the same Idempotency-Key; absent otherwise.",
            JsonSchemaType.String,
            "true"
        ),
        (Nonce, "The nonce for the next proof (RFC 9449 §8).", JsonSchemaType.String, "4ZkF0t1mX9wQ"),
        (
            Challenge,
            "The scheme, and the code again (RFC 9449 §7.1, RFC 6750 §3).",
            JsonSchemaType.String,
            "DPoP error=\"invalid_token\", algs=\"ES256 PS256\""
        ),
    ];

    /// <summary>What ids and names in paths are, by the part of the path before them.</summary>
    private static readonly Dictionary<string, (string Description, string Example)> inPath = new()
    {
        ["accounts"] = ("The e-account, acct_….", "acct_06fw9z4mtd7n3q8k1xv5c2hbrs"),
        ["account-applications"] = ("The application, apl_….", "apl_06fw9z4mtd7n3q8k1xv5c2hbrs"),
        ["agreements"] = ("The agreement, agr_….", "agr_06fw9z4mtd7n3q8k1xv5c2hbrs"),
        ["consents"] = ("The consent, cns_….", "cns_06fw9z4mtd7n3q8k1xv5c2hbrs"),
        ["coupons"] = ("The coupon, cpn_….", "cpn_06fw9z4mtd7n3q8k1xv5c2hbrs"),
        ["orders"] = ("The partner's order number.", "order-1001"),
        ["payments"] = ("The payment, pay_….", "pay_06fw9z4mtd7n3q8k1xv5c2hbrs"),
        ["payouts"] = ("The payout, pyo_….", "pyo_06fw9z4mtd7n3q8k1xv5c2hbrs"),
        ["refunds"] = ("The refund, rfd_….", "rfd_06fw9z4mtd7n3q8k1xv5c2hbrs"),
        ["register"] = ("The app, app_….", "app_06fw9z4mtd7n3q8k1xv5c2hbrs"),
        ["sandbox"] = ("The sandbox's number, the sandbox_id of the sign-up.", "1"),
        ["sub-merchants"] = ("The merchant, sub_….", "sub_06fw9z4mtd7n3q8k1xv5c2hbrs"),
        ["top-ups"] = ("The top-up, top_….", "top_06fw9z4mtd7n3q8k1xv5c2hbrs"),
        ["webhook-endpoints"] = ("The webhook endpoint, whe_….", "whe_06fw9z4mtd7n3q8k1xv5c2hbrs"),
    };

    /// <summary>Puts them all into the document.</summary>
    public static void AddTo(OpenApiDocument document)
    {
        var components = document.Components ??= new();
        components.Parameters = parameters.ToDictionary(
            parameter => parameter.Name!,
            IOpenApiParameter (parameter) => parameter
        );
        components.Headers = headers.ToDictionary(
            header => header.Name,
            IOpenApiHeader (header) =>
                new OpenApiHeader
                {
                    Description = header.Description,
                    Schema = new OpenApiSchema
                    {
                        Type = header.Type,
                        Examples = [header.Example.DeepClone()],
                    },
                }
        );
    }

    public static IOpenApiParameter Parameter(string name, OpenApiDocument document) =>
        new OpenApiParameterReference(name, document);

    /// <summary>A parameter that one list alone has.</summary>
    public static IOpenApiParameter Of(ListParameter own) =>
        InQuery(
            own.Name,
            own.Description,
            new()
            {
                Type = JsonSchemaType.String,
                Format = own.Format,
                Examples = [(JsonNode)own.Example],
            }
        );

    /// <summary>Says what the names in a path stand for.</summary>
    public static void DescribePath(OpenApiParameter parameter, string path)
    {
        var parts = path.Split('/');
        var place = Array.FindIndex(
            parts,
            part => part.StartsWith('{') && part.Split(':')[0].Trim('{', '}') == parameter.Name
        );
        var (description, example) = inPath[parts[place - 1]];
        parameter.Description = description;
        ((OpenApiSchema)parameter.Schema!).Examples =
        [
            parameter.Schema.Type == JsonSchemaType.Integer ? JsonNode.Parse(example)! : (JsonNode)example,
        ];
    }

    /// <summary>Adds headers to an answer.</summary>
    public static void AddHeaders(
        IOpenApiResponse response,
        OpenApiDocument document,
        params IEnumerable<string> names
    )
    {
        var described = (OpenApiResponse)response;
        described.Headers ??= new Dictionary<string, IOpenApiHeader>();
        foreach (var name in names)
        {
            described.Headers[name] = new OpenApiHeaderReference(name, document);
        }
    }

    /// <summary>The headers of an answer.</summary>
    public static IEnumerable<string> HeadersOf(
        string status,
        bool isLimited,
        bool isGuarded,
        bool isRead = false,
        bool takesKey = false
    )
    {
        (string Name, bool IsThere)[] all =
        [
            (RequestId, true),
            (RateLimit, isLimited),
            (RateLimitPolicy, isLimited),
            (Nonce, isGuarded),
            (EntityTag, isRead && (status is "200" or "304")),
            (Replayed, takesKey && status.StartsWith('2')),
            (Challenge, isGuarded && (status is "401" or "403")),
            (RetryAfter, status is "429" or "503"),
        ];
        return all.Where(header => header.IsThere).Select(header => header.Name);
    }

    private static OpenApiParameter InHeader(
        string name,
        string description,
        OpenApiSchema schema,
        bool required = false
    ) =>
        new()
        {
            Name = name,
            In = ParameterLocation.Header,
            Required = required,
            Description = description,
            Schema = schema,
        };

    private static OpenApiParameter InQuery(string name, string description, OpenApiSchema schema) =>
        new()
        {
            Name = name,
            In = ParameterLocation.Query,
            Description = description,
            Schema = schema,
        };
}
