using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>What a refused registration says is wrong with it is what is wrong with it, and how it is to be sent.</summary>
public sealed class RegistrationReasonTests(SharedServer shared) : RawClientTests(shared)
{
    private const string Metadata = "invalid_client_metadata";
    private const string Address = "invalid_redirect_uri";

    /// <summary>A member, its value, the error, and what its sentence says.</summary>
    public static TheoryData<string, string?, string, string> Wrong =>
        new()
        {
            { "client_name", null, Metadata, "/client_name: This field is required." },
            { "client_name", "7", Metadata, "/client_name: A text is expected" },
            { "client_name", "null", Metadata, "/client_name: This field may not be null." },
            { "jwks", null, Metadata, "jwks must hold 1 to 10 keys." },
            { "jwks", """{"keys":[{}]}""", Metadata, "/jwks/keys/0/kty: This field is required." },
            { "jwks", """{"keys":[null]}""", Metadata, "/jwks/keys/0: An object is expected here." },
            { "jwks", """{"keys":[]}""", Metadata, "jwks must hold 1 to 10 keys." },
            { "redirect_uris", null, Address, "redirect_uris must hold 1 to 10 addresses." },
            { "redirect_uris", "[]", Address, "redirect_uris must hold 1 to 10 addresses." },
            { "redirect_uris", "\"https://a.example/\"", Metadata, "/redirect_uris: " },
            { "redirect_uris", "[7]", Address, "/redirect_uris/0: A text is expected" },
            { "redirect_uris", Of("https://a.example/"), "", "" },
            {
                "redirect_uris",
                Of("https://a.example/" + new string('a', 495)),
                Address,
                "/redirect_uris/0: At most 512 characters"
            },
            { "redirect_uris", Of("https://u:p@a.example/"), Address, "without a user" },
            {
                "redirect_uris",
                Of("https://a.example/", "https://a.example/#x"),
                Address,
                "/redirect_uris/1: "
            },
            { "redirect_uris", Of("https://a.example/#"), Address, "without a fragment" },
            { "redirect_uris", Of("https://a.example/回"), Address, "Visible ASCII characters" },
            { "redirect_uris", Of("https://a.example/\"<>"), Address, "/redirect_uris/0: A URI is expected" },
            { "redirect_uris", Of("https://a.example/%zz"), Address, "/redirect_uris/0: A URI is expected" },
            { "redirect_uris", Of("https://a.example/a[1]"), Address, "/redirect_uris/0: A URI is expected" },
            { "redirect_uris", Of("https://@a.example/"), Address, "without a user" },
            {
                "redirect_uris",
                Of("https://a.example/@b?c=%C3%A9/?@&statement=1", "http://[::1]:5/"),
                "",
                ""
            },
            { "redirect_uris", Of("https://a.example/?x=1&iss=y"), Address, "without the parameter iss" },
            { "redirect_uris", Of("https://a.example/?code"), Address, "without the parameter code" },
            { "redirect_uris", Of("https://a.example/?st%61te=1"), Address, "without the parameter state" },
            { "redirect_uris", Of("https://a.example/?error=1"), Address, "without the parameter error" },
            { "post_logout_redirect_uris", Of("https://a.example/?state=1"), Address, "parameter state" },
            { "post_logout_redirect_uris", Of("https://a.example/?code=1"), "", "" },
            { "logo_uri", "\"https://a.example/logo.png\"", Metadata, "logo_uri must be the picture itself" },
            { "redirect_uris", Of("http://a.example/"), Address, "http on loopback only" },
            { "redirect_uris", Of("http://loopback/cb"), Address, "http on loopback only" },
            { "redirect_uris", Of("http://[::ffff:127.0.0.1]/cb"), Address, "http on loopback only" },
            { "redirect_uris", Of("http://localhost/", "http://127.0.0.2:5/", "http://[::1]/"), "", "" },
            { "post_logout_redirect_uris", Of("http://loopback/cb"), Address, "http on loopback only" },
            {
                "post_logout_redirect_uris",
                Of("/out"),
                Address,
                "/post_logout_redirect_uris/0: An https address"
            },
            { "scope", "\"openid introspection\"", Metadata, "introspection stands alone" },
            { "scope", "\"everything\"", Metadata, "scope must hold one or more of openid" },
            { "scope", "\"\"", Metadata, "scope must hold one or more of openid" },
            { "scope", "\"openid  accounts\"", "", "" },
            { "grant_types", "[]", Metadata, "grant_types must hold one or more of authorization_code" },
            { "grant_types", "\"authorization_code\"", Metadata, "/grant_types: " },
            { "scene", "\"moon\"", Metadata, "scene must be one of video" },
            { "client_name", "\"\\ud800\"", Metadata, "half a surrogate pair" },
        };

    /// <summary>A member of the key, its value, and what the refusal says; nothing where there is none.</summary>
    public static TheoryData<string, string, string> WrongKeys =>
        new()
        {
            { "d", "\"AAAA\"", "/jwks/keys/0: A public key is expected, without d" },
            { "use", "\"enc\"", "/jwks/keys/0: The use sig is expected" },
            { "use", "\"sig\"", "" },
            { "alg", "\"RS256\"", "/jwks/keys/0: The alg ES256 is expected" },
            { "alg", "\"PS256\"", "/jwks/keys/0: The alg ES256 is expected" },
            { "crv", "\"P-384\"", "/jwks/keys/0: A key is expected of EC on P-256" },
            { "kty", "\"OKP\"", "/jwks/keys/0: A key is expected of EC on P-256" },
            { "key_ops", """["sign"]""", "/jwks/keys/0: The key_ops must hold verify" },
            { "key_ops", "[]", "/jwks/keys/0: The key_ops must hold verify" },
            { "key_ops", """["verify"]""", "" },
            { "kid", "\"\"", "The kid of a key must be 1 to 256 characters long" },
            { "kid", $"\"{new string('k', 5_000)}\"", "The kid of a key must be 1 to 256 characters long" },
            { "kid", $"\"{new string('k', 256)}\"", "" },
            { "note", "\"\\ud800\"", "half a surrogate pair" },
        };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public async Task A_registration_is_refused_for_what_is_wrong_with_it(
        string member,
        string? value,
        string error,
        string reason
    )
    {
        var body = Registration();
        body.Remove(member);
        var text = body.ToJsonString();
        await AssertSaidAsync(value is null ? text : $"{text[..^1]},\"{member}\":{value}}}", error, reason);
    }

    [Theory]
    [MemberData(nameof(WrongKeys), DisableDiscoveryEnumeration = true)]
    public async Task A_key_is_refused_for_what_is_wrong_with_it(string member, string value, string reason)
    {
        var key = RawClient.PublicJwkOf(Client.DpopKey);
        key.Remove(member);
        var body = Registration();
        body["jwks"] = new JsonObject { ["keys"] = new JsonArray("KEY") };
        await AssertSaidAsync(
            body.ToJsonString().Replace("\"KEY\"", $"{key.ToJsonString()[..^1]},\"{member}\":{value}}}"),
            reason.Length == 0 ? "" : Metadata,
            reason
        );
    }

    [Theory]
    [InlineData("AQAB", 0x01, true)]
    [InlineData("AQAB", 0x02, false)]
    [InlineData("AQAC", 0x01, false)]
    [InlineData("AQ", 0x01, false)]
    [InlineData("AAEAAQ", 0x01, false)]
    [InlineData("AQAAAAAAAAAB", 0x01, false)]
    [InlineData("AQAB=", 0x01, false)]
    [InlineData("AQ AB", 0x01, false)]
    public async Task An_rsa_key_is_of_numbers_that_can_serve(string exponent, byte last, bool isTaken)
    {
        var modulus = new byte[256];
        System.Security.Cryptography.RandomNumberGenerator.Fill(modulus);
        modulus[0] |= 0x80;
        modulus[^1] = last;
        var body = Registration();
        body["jwks"] = new JsonObject
        {
            ["keys"] = new JsonArray(
                new JsonObject
                {
                    ["kty"] = "RSA",
                    ["n"] = System.Buffers.Text.Base64Url.EncodeToString(modulus),
                    ["e"] = exponent,
                }
            ),
        };
        await AssertSaidAsync(
            body.ToJsonString(),
            isTaken ? "" : Metadata,
            "RSA with 2048 to 4096 bits and an odd exponent of 3 or more"
        );
    }

    [Theory]
    [InlineData("x", "=")]
    [InlineData("y", " ")]
    [InlineData("x", "\n")]
    public async Task The_members_of_a_key_are_base64url_without_padding(string member, string more)
    {
        var key = RawClient.PublicJwkOf(Client.DpopKey);
        key[member] = key[member]!.GetValue<string>() + more;
        var body = Registration();
        body["jwks"] = new JsonObject { ["keys"] = new JsonArray(key) };
        await AssertSaidAsync(body.ToJsonString(), Metadata, "/jwks/keys/0: ");
    }

    [Fact]
    public async Task Scopes_are_registered_once_each()
    {
        var body = Registration();
        body["scope"] = "accounts  openid accounts";
        body["grant_types"] = new JsonArray("authorization_code", "authorization_code");

        var answer = await SendAsync(Encoding.UTF8.GetBytes(body.ToJsonString()), "application/json");

        Assert.Equal("accounts openid", answer.Json["scope"]!.GetValue<string>());
        Assert.Equal("[\"authorization_code\"]", answer.Json["grant_types"]!.ToJsonString());
    }

    [Theory]
    [InlineData("application/json", true)]
    [InlineData("APPLICATION/JSON; charset=\"UTF-8\"", true)]
    [InlineData("application/json; charset=utf-16", false)]
    [InlineData("application/json; charset=gbk", false)]
    [InlineData("application/scim+json", false)]
    [InlineData("text/json", false)]
    [InlineData("nonsense", false)]
    [InlineData(null, false)]
    public async Task A_registration_is_sent_as_json_in_utf8(string? contentType, bool isTaken)
    {
        var answer = await SendAsync(Encoding.UTF8.GetBytes(Registration().ToJsonString()), contentType);
        if (isTaken)
        {
            Assert.Equal(201, answer.Status);
        }
        else
        {
            Assert.Equal((400, Metadata), (answer.Status, answer.Code));
            Assert.Equal("Send application/json in UTF-8.", Said(answer));
        }
    }

    [Theory]
    [InlineData("", "The body is empty")]
    [InlineData("{", "The body is no JSON from line 1")]
    [InlineData("""{"client_name":"A","client_name":"B"}""", "twice in one object")]
    public async Task A_body_that_is_no_object_is_told_why(string body, string reason) =>
        await AssertSaidAsync(body, Metadata, reason);

    [Theory]
    [InlineData("[1]", "An object is expected here.")]
    [InlineData("[]", "An object is expected here.")]
    [InlineData("7", "An object is expected here.")]
    [InlineData(
        """{"client_name":"A","redirect_uris":["https://a.example/"],"jwks_uri":"https://a.example/jwks"}""",
        "Register keys by value, in jwks: jwks_uri is not taken."
    )]
    public async Task A_sentence_needs_no_place_where_there_is_none(string body, string sentence) =>
        Assert.Equal(sentence, Said(await SendAsync(Encoding.UTF8.GetBytes(body), "application/json")));

    [Fact]
    public async Task An_app_that_sends_no_customers_needs_no_addresses()
    {
        var body = Registration();
        body.Remove("redirect_uris");
        body["grant_types"] = new JsonArray("client_credentials");
        var answer = await SendAsync(Encoding.UTF8.GetBytes(body.ToJsonString()), "application/json");

        Assert.True(answer.Status == 201, answer.Text);
        Assert.Equal("[]", answer.Json["redirect_uris"]!.ToJsonString());
        Assert.Equal("[]", answer.Json["response_types"]!.ToJsonString());

        body["response_types"] = new JsonArray();
        var again = await SendAsync(Encoding.UTF8.GetBytes(body.ToJsonString()), "application/json");
        Assert.Equal(201, again.Status);

        body["redirect_uris"] = null;
        await AssertSaidAsync(body.ToJsonString(), Metadata, "/redirect_uris: This field may not be null.");
    }

    [Fact]
    public async Task A_byte_order_mark_and_other_encodings_are_told_as_what_they_are()
    {
        var body = Registration().ToJsonString();
        var marked = await SendAsync(
            [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(body)],
            "application/json"
        );
        var latin = await SendAsync(
            Encoding.Latin1.GetBytes($$"""{{body[..^1]}},"note":"é"}"""),
            "application/json"
        );

        Assert.Equal((400, Metadata), (marked.Status, marked.Code));
        Assert.Contains("byte order mark", Said(marked));
        Assert.Equal((400, Metadata), (latin.Status, latin.Code));
        Assert.Equal("The body is not in UTF-8.", Said(latin));
    }

    private async Task AssertSaidAsync(string body, string error, string reason)
    {
        var answer = await SendAsync(Encoding.UTF8.GetBytes(body), "application/json");
        if (error.Length == 0)
        {
            Assert.True(answer.Status == 201, answer.Text);
            return;
        }

        Assert.True((answer.Status, answer.Code) == (400, error), answer.Text);
        Assert.Contains(reason, Said(answer));
        Assert.DoesNotContain(Said(answer), letter => letter is < ' ' or > '~' or '"' or '\\');
    }

    private JsonObject Registration() =>
        new()
        {
            ["client_name"] = "A",
            ["redirect_uris"] = new JsonArray("https://a.example/"),
            ["jwks"] = new JsonObject { ["keys"] = new JsonArray(RawClient.PublicJwkOf(Client.DpopKey)) },
        };

    private async Task<RawAnswer> SendAsync(byte[] body, string? contentType)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post,
            new Uri(Client.Server, "/oauth/register")
        );
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            Client.Partner.InitialAccessToken
        );
        request.Content = new ByteArrayContent(body);
        if (contentType is not null)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        return await Client.SendAsync(request);
    }

    private static string Said(RawAnswer answer) => answer.Json["error_description"]!.GetValue<string>();

    private static string Of(params string[] values) =>
        new JsonArray([.. values.Select(value => JsonValue.Create(value))]).ToJsonString();
}
