using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>What assertions and proofs say of themselves and of their keys is taken at its word.</summary>
public sealed class StrictHeaderTests(SharedServer shared) : RawClientTests(shared)
{
    private const string Type = "typ must be client-authentication+jwt or JWT";
    private const string NoAddress = "htu must be the address of this request";
    private const string NoSignatures = "jwk must be a key for signatures";

    public static TheoryData<string, Action<JsonObject>, string> WrongAssertions =>
        new()
        {
            { "kid a number", header => header["kid"] = 7, "kid must be a string" },
            { "kid null", header => header["kid"] = null, "kid must be a string" },
            { "typ a number", header => header["typ"] = 7, "typ must be a string" },
            { "typ of access tokens", header => header["typ"] = "at+jwt", Type },
            { "typ of proofs", header => header["typ"] = "dpop+jwt", Type },
            { "typ empty", header => header["typ"] = "", Type },
            { "typ with a prefix too many", header => header["typ"] = "application/application/jwt", Type },
        };

    public static TheoryData<string, Action<JsonObject, JsonObject>, string> WrongProofs =>
        new()
        {
            { "kid a number", (header, _) => header["kid"] = 7, "kid must be a string" },
            { "use enc", (header, _) => header["jwk"]!["use"] = "enc", NoSignatures },
            { "use a number", (header, _) => header["jwk"]!["use"] = 7, NoSignatures },
            {
                "key_ops sign",
                (header, _) => header["jwk"]!["key_ops"] = new JsonArray("sign"),
                NoSignatures
            },
            { "key_ops text", (header, _) => header["jwk"]!["key_ops"] = "verify", NoSignatures },
            { "a space before", (_, claims) => Change(claims, htu => " " + htu), NoAddress },
            { "a space behind", (_, claims) => Change(claims, htu => htu + " "), NoAddress },
            { "a line feed behind", (_, claims) => Change(claims, htu => htu + "\n"), NoAddress },
            { "a port with a nought", (_, claims) => Change(claims, WithNought), NoAddress },
            {
                "a backslash",
                (_, claims) => Change(claims, htu => htu.Replace("/oauth", "\\oauth")),
                NoAddress
            },
            { "a user", (_, claims) => Change(claims, htu => htu.Replace("://", "://u@")), NoAddress },
            { "no slashes", (_, claims) => Change(claims, htu => htu.Replace("://", ":")), NoAddress },
        };

    public static TheoryData<string, Action<JsonObject, JsonObject>> RightProofs =>
        new()
        {
            { "kid", (header, _) => header["kid"] = "k" },
            { "use sig", (header, _) => header["jwk"]!["use"] = "sig" },
            { "key_ops verify", (header, _) => header["jwk"]!["key_ops"] = new JsonArray("sign", "verify") },
            { "case of scheme and host", (_, claims) => Change(claims, InCapitals) },
            { "a query", (_, claims) => Change(claims, htu => htu + "?a=b") },
            { "dots", (_, claims) => Change(claims, htu => htu.Replace("/oauth", "/x/../oauth")) },
        };

    [Theory]
    [MemberData(nameof(WrongAssertions), DisableDiscoveryEnumeration = true)]
    public async Task An_assertion_says_what_it_is(string what, Action<JsonObject> change, string reason)
    {
        var answer = await Client.PushAsync(assertion: (header, _) => change(header));
        Assert.True((answer.Status, answer.Code) == (401, "invalid_client"), $"{what}: {answer.Text}");
        Assert.Contains(reason, answer.Json["error_description"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("JWT")]
    [InlineData("jwt")]
    [InlineData("application/jwt")]
    [InlineData("client-authentication+jwt")]
    [InlineData("Application/Client-Authentication+JWT")]
    public async Task An_assertion_has_one_of_two_types_or_none(string type)
    {
        var answer = await Client.PushAsync(assertion: (header, _) => header["typ"] = type);
        Assert.True(answer.Status == 201, answer.Text);
    }

    [Theory]
    [MemberData(nameof(WrongProofs), DisableDiscoveryEnumeration = true)]
    public async Task A_proof_is_refused_for_its_key_and_its_address(
        string what,
        Action<JsonObject, JsonObject> change,
        string reason
    )
    {
        // Twice: the key of a header that held is kept.
        foreach (var _ in Enumerable.Range(0, 2))
        {
            var answer = await Client.PushProvenAsync(change);
            Assert.True(
                (answer.Status, answer.Code) == (400, "invalid_dpop_proof"),
                $"{what}: {answer.Text}"
            );
            Assert.Contains(reason, answer.Json["error_description"]!.GetValue<string>());
        }
    }

    [Theory]
    [MemberData(nameof(RightProofs), DisableDiscoveryEnumeration = true)]
    public async Task A_proof_may_say_more(string what, Action<JsonObject, JsonObject> change)
    {
        var answer = await Client.PushProvenAsync(change);
        Assert.True(answer.Status == 201, $"{what}: {answer.Text}");
    }

    [Theory]
    [InlineData("", "the registered keys have no kid.")]
    [InlineData("one", "registered are kid one.")]
    [InlineData("one,two", "registered are kid one, kid two.")]
    [InlineData("one,", "registered are kid one, and a key without kid.")]
    public async Task A_key_is_called_by_the_kid_it_was_registered_with(string ids, string reason)
    {
        var keys = new JsonArray();
        foreach (var id in ids.Split(','))
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var jwk = RawClient.PublicJwkOf(key);
            if (id.Length > 0)
            {
                jwk["kid"] = id;
            }

            keys.Add(jwk);
        }

        using var request = new HttpRequestMessage(
            HttpMethod.Post,
            new Uri(Client.Server, "/oauth/register")
        );
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            $"Bearer {Client.Partner.InitialAccessToken}"
        );
        request.Content = new StringContent(
            new JsonObject
            {
                ["client_name"] = "Keys",
                ["redirect_uris"] = new JsonArray(TestPartner.RedirectUri.ToString()),
                ["jwks"] = new JsonObject { ["keys"] = keys },
            }.ToJsonString(),
            Encoding.UTF8,
            "application/json"
        );
        var app = (await Client.SendAsync(request)).Json["client_id"]!.GetValue<string>();
        using var client = new RawClient(new RawIdentity(app, Client.Identity.Key), Client.Server);

        var answer = await client.PushAsync();

        Assert.Equal((401, "invalid_client"), (answer.Status, answer.Code));
        Assert.EndsWith(reason, answer.Json["error_description"]!.GetValue<string>());
    }

    private static void Change(JsonObject claims, Func<string, string> change) =>
        claims["htu"] = change(claims["htu"]!.GetValue<string>());

    private static string InCapitals(string htu)
    {
        var address = new Uri(htu);
        return $"HTTP://LOCALHOST:{address.Port}{address.AbsolutePath}";
    }

    private static string WithNought(string htu) =>
        htu.Replace($":{new Uri(htu).Port}", $":0{new Uri(htu).Port}");
}
