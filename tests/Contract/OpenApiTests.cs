using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;
using OpenBanking.Server.Http;
using OpenBanking.Server.Http.OpenApi;
using Xunit;

namespace OpenBanking.Tests.Contract;

/// <summary>The committed OpenAPI document is the contract: it says what the server does, and the server does what it
/// says.</summary>
public sealed class OpenApiTests(ContractServer fixture) : IClassFixture<ContractServer>
{
    private const string CommittedDocument = "openapi/openbanking.v1.json";
    private const string OlderDocument = "openapi/openbanking.v1.openapi30.json";

    private readonly HttpClient http = new() { BaseAddress = fixture.Server.Address };

    [Theory]
    [InlineData(CommittedDocument, OpenApi.Path)]
    [InlineData(OlderDocument, OpenApi.OlderPath)]
    public async Task The_committed_document_is_the_served_one(string file, string path)
    {
        var served = JsonNode.Parse(await http.GetStringAsync(path))!;
        var committed = JsonNode.Parse(await File.ReadAllTextAsync(RepositoryFiles.Find(file)))!;
        // Each server names itself.
        var itself = Assert.Single(served["servers"]!.AsArray());
        Assert.Equal(fixture.Server.Address, new Uri((string)itself!["url"]!));
        served["servers"] = committed["servers"]!.DeepClone();
        var contact = served["info"]!["contact"]!;
        Assert.Equal(new Uri(fixture.Server.Address, "/swagger"), new Uri((string)contact["url"]!));
        contact["url"] = committed["info"]!["contact"]!["url"]!.DeepClone();
        Assert.True(
            JsonNode.DeepEquals(committed, served),
            $"Run openapi/update: {file} is not what is served."
        );
    }

    [Fact]
    public void Every_route_of_the_api_says_what_it_needs_of_its_token()
    {
        var routes = ApiRoutes();
        Assert.NotEmpty(routes);
        Assert.All(routes, route => Assert.NotNull(route.Metadata.GetMetadata<TokenRequirement>()));
    }

    [Fact]
    public void Nothing_of_the_api_and_nothing_that_programs_post_to_is_left_out()
    {
        var hidden = RoutesOf("/v1/", "/oauth/", "/sandbox/")
            .Where(route => route.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is not null);
        Assert.Equal(["/oauth/authorize"], hidden.Select(route => route.RoutePattern.RawText));
    }

    [Fact]
    public async Task Every_event_is_in_the_document_with_an_example()
    {
        var document = JsonNode.Parse(await File.ReadAllTextAsync(RepositoryFiles.Find(CommittedDocument)))!;
        var webhooks = document["webhooks"]!.AsObject();
        Assert.Equal(EventTypes.All, webhooks.Select(entry => entry.Key));
        Assert.All(
            webhooks,
            entry =>
                Assert.Equal(
                    entry.Key,
                    entry.Value!["post"]!["requestBody"]!["content"]!["application/json"]!
                        ["examples"]
                        ?["event"]?["value"]?["type"]?.GetValue<string>()
                )
        );
    }

    [Theory]
    [InlineData(CommittedDocument)]
    [InlineData(OlderDocument)]
    public async Task The_document_speaks_of_what_goes_over_the_wire_and_not_of_the_code(string file)
    {
        var texts = TextsOf(JsonNode.Parse(await File.ReadAllTextAsync(RepositoryFiles.Find(file)))!)
            .ToList();

        Assert.True(texts.Count > 500, $"Only {texts.Count} descriptions.");
        Assert.All(texts, text => Assert.DoesNotMatch(@"OpenBanking\.|\n|see cref", text));
    }

    private static IEnumerable<string> TextsOf(JsonNode node) =>
        node switch
        {
            JsonArray items => items.OfType<JsonNode>().SelectMany(TextsOf),
            JsonObject members => members
                .Where(member => member.Value is not null)
                .SelectMany(member =>
                    member is { Key: "description" or "summary", Value: JsonValue text }
                        ? [text.GetValue<string>()]
                        : TextsOf(member.Value!)
                ),
            _ => [],
        };

    [Fact]
    public async Task Every_route_of_the_api_is_in_the_document()
    {
        var document = JsonNode.Parse(await File.ReadAllTextAsync(RepositoryFiles.Find(CommittedDocument)))!;
        var described = document["paths"]!
            .AsObject()
            .SelectMany(path => path.Value!.AsObject().Select(operation => $"{operation.Key} {path.Key}"));
        var mapped = RoutesOf("/v1/", "/oauth/", "/.well-known/", "/sandbox/")
            .Where(route => route.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is null)
            .Where(route => route.Metadata.GetMetadata<PageActionDescriptor>() is null)
            .SelectMany(route =>
                route
                    .Metadata.GetMetadata<HttpMethodMetadata>()!
                    .HttpMethods.Where(method => method != HttpMethods.Head)
                    .Select(method =>
                        $"{method.ToLowerInvariant()} {route.RoutePattern.RawText!.Replace(":int:min(1)", "", StringComparison.Ordinal)}"
                    )
            );
        Assert.Equal(mapped.Order(), described.Order());
    }

    [Fact]
    public async Task The_page_to_try_the_api_on_needs_nothing_from_elsewhere()
    {
        var page = await http.GetStringAsync("/swagger/index.html");
        Assert.DoesNotContain("https://", page);
        foreach (
            var asset in new[] { "swagger-ui.css", "swagger-ui-bundle.js", "swagger-ui-standalone-preset.js" }
        )
        {
            Assert.Contains(asset, page);
            using var response = await http.GetAsync($"/swagger/{asset}");
            Assert.True(response.IsSuccessStatusCode, asset);
        }
    }

    [Fact]
    public async Task The_type_of_a_problem_leads_to_its_explanation()
    {
        foreach (var problem in ProblemCodes.Catalogue)
        {
            Assert.Contains(problem.Advice, await http.GetStringAsync($"/problems/{problem.Code}"));
        }
    }

    private List<RouteEndpoint> ApiRoutes() => RoutesOf("/v1/");

    private List<RouteEndpoint> RoutesOf(params IReadOnlyList<string> starts) =>
        [
            .. fixture
                .Server.Get<EndpointDataSource>()
                .Endpoints.OfType<RouteEndpoint>()
                .Where(route =>
                    starts.Any(start =>
                        route.RoutePattern.RawText!.StartsWith(start, StringComparison.Ordinal)
                    )
                ),
        ];
}

/// <summary>One server for all tests of the contract: they change nothing.</summary>
public sealed class ContractServer : IAsyncLifetime
{
    public TestServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await TestServer.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
