using System.Net;
using System.Net.Http.Headers;
using OpenBanking.Server.Authorization;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>What the authorization server says of itself, and its keys: read by clients again and again.</summary>
public sealed class PublishedDocumentTests(SharedServer shared)
{
    private const string Metadata = "/.well-known/openid-configuration";
    private const string OtherMetadata = "/.well-known/oauth-authorization-server";
    private const string Keys = "/oauth/jwks";

    private static readonly HttpClient http = new();

    /// <summary>Keys may have to go at once: nothing between client and server answers for them without asking.</summary>
    [Theory]
    [InlineData(Metadata, "max-age=300, public")]
    [InlineData(OtherMetadata, "max-age=300, public")]
    [InlineData(Keys, "no-cache, public")]
    public async Task A_client_that_asks_again_is_told_how_long_it_need_not_and_that_nothing_has_changed(
        string path,
        string kept
    )
    {
        using var first = await AskAsync(HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal("application/json", first.Content.Headers.ContentType!.ToString());
        Assert.Equal(kept, Ordered(first.Headers.CacheControl!));

        using var again = await AskAsync(HttpMethod.Get, path, first.Headers.ETag);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Equal(first.Headers.ETag, again.Headers.ETag);
        Assert.Equal(kept, Ordered(again.Headers.CacheControl!));
        Assert.Empty(await again.Content.ReadAsByteArrayAsync());

        using var other = await AskAsync(HttpMethod.Get, path, new EntityTagHeaderValue("\"x\""));
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Theory]
    [InlineData(Metadata)]
    [InlineData(OtherMetadata)]
    [InlineData(Keys)]
    public async Task HEAD_is_answered_as_GET_without_a_body(string path)
    {
        using var got = await AskAsync(HttpMethod.Get, path);
        using var head = await AskAsync(HttpMethod.Head, path);
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal(got.Content.Headers.ContentType, head.Content.Headers.ContentType);
        Assert.Equal(got.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
        Assert.Equal(got.Headers.ETag, head.Headers.ETag);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    /// <summary>As by the first readers of a server that has just started.</summary>
    [Fact]
    public async Task The_document_of_the_API_is_given_to_many_at_once()
    {
        await using var server = await TestServer.StartAsync();
        var address = new Uri(server.Address, "/swagger/v1/swagger.json");

        var documents = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => http.GetStringAsync(address)));

        Assert.Single(documents.Distinct());
    }

    [Fact]
    public async Task A_new_key_is_there_for_whoever_asks_again()
    {
        await using var server = await TestServer.StartAsync();
        var address = new Uri(server.Address, Keys);
        using var before = await http.GetAsync(address);

        await server.Get<SigningKeys>().RotateAsync(compromised: false);
        await server.Get<SigningKeys>().RefreshAsync();

        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.IfNoneMatch.Add(before.Headers.ETag!);
        using var after = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
        Assert.NotEqual(before.Headers.ETag, after.Headers.ETag);
    }

    private async Task<HttpResponseMessage> AskAsync(
        HttpMethod method,
        string path,
        EntityTagHeaderValue? known = null
    )
    {
        using var request = new HttpRequestMessage(method, new Uri(shared.Server.Address, path));
        if (known is not null)
        {
            request.Headers.IfNoneMatch.Add(known);
        }

        return await http.SendAsync(request);
    }

    /// <summary>Whatever order they come in.</summary>
    private static string Ordered(CacheControlHeaderValue value) =>
        string.Join(", ", value.ToString().Split(", ").Order(StringComparer.Ordinal));
}
