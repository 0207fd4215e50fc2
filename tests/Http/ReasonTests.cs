using System.Text.Json.Nodes;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>What a refusal says is wrong with an assertion or a proof is what is wrong with it.</summary>
public sealed class ReasonTests(SharedServer shared) : RawClientTests(shared)
{
    private const string Extension = "must not hold crit";
    private const string Elsewhere = "must not hold jku";
    private const string NoInstant = "must be a number of seconds since 1970, not of milliseconds";
    private const string NoId = "jti must be a string of 1 to 256 characters";

    public static TheoryData<string, Action<JsonObject, JsonObject>, string> Assertions =>
        new()
        {
            { "no jti", (_, claims) => claims.Remove("jti"), "needs a jti" },
            { "an empty jti", (_, claims) => claims["jti"] = "", NoId },
            { "a long jti", (_, claims) => claims["jti"] = new string('j', 257), NoId },
            { "a jti that is a number", (_, claims) => claims["jti"] = 7, NoId },
            { "no exp", (_, claims) => claims.Remove("exp"), "needs an exp" },
            { "exp as text", (_, claims) => claims["exp"] = $"{Seconds(60)}", $"exp {NoInstant}" },
            { "exp in milliseconds", (_, claims) => claims["exp"] = Seconds(60) * 1000, $"exp {NoInstant}" },
            { "iat as text", (_, claims) => claims["iat"] = "now", $"iat {NoInstant}" },
            { "iat in milliseconds", (_, claims) => claims["iat"] = Seconds(0) * 1000, $"iat {NoInstant}" },
            { "nbf without a value", (_, claims) => claims["nbf"] = null, $"nbf {NoInstant}" },
            { "nbf before all time", (_, claims) => claims["nbf"] = -1, $"nbf {NoInstant}" },
            { "nbf ahead", (_, claims) => claims["nbf"] = Seconds(62), "from the future" },
            { "an extension", (header, _) => header["crit"] = new JsonArray("b64"), Extension },
            { "keys elsewhere", (header, _) => header["jku"] = "https://keys.example/", Elsewhere },
            { "another algorithm", (header, _) => header["alg"] = "PS256", "not signed by a registered key" },
            { "another key id", (header, _) => header["kid"] = "other", "not signed by a registered key" },
        };

    public static TheoryData<string, Action<JsonObject, JsonObject>, string> Proofs =>
        new()
        {
            { "no jti", (_, claims) => claims.Remove("jti"), "needs a jti" },
            { "an empty jti", (_, claims) => claims["jti"] = "", NoId },
            { "a long jti", (_, claims) => claims["jti"] = new string('j', 257), NoId },
            { "a jti that is a number", (_, claims) => claims["jti"] = 7, NoId },
            { "no iat", (_, claims) => claims.Remove("iat"), "needs an iat" },
            { "iat as text", (_, claims) => claims["iat"] = "now", $"iat {NoInstant}" },
            { "iat in milliseconds", (_, claims) => claims["iat"] = Seconds(0) * 1000, $"iat {NoInstant}" },
            { "an extension", (header, _) => header["crit"] = new JsonArray("b64"), Extension },
            { "keys elsewhere", (header, _) => header["jku"] = "https://keys.example/", Elsewhere },
            {
                "another algorithm",
                (header, _) => header["alg"] = "PS256",
                "alg must be ES256, as its jwk is"
            },
        };

    [Theory]
    [MemberData(nameof(Assertions), DisableDiscoveryEnumeration = true)]
    public async Task An_assertion_is_refused_for_what_is_wrong_with_it(
        string what,
        Action<JsonObject, JsonObject> change,
        string reason
    )
    {
        var answer = await Client.PushAsync(assertion: change);
        Assert.True((answer.Status, answer.Code) == (401, "invalid_client"), $"{what}: {answer.Text}");
        Assert.Contains(reason, answer.Json["error_description"]!.GetValue<string>());
    }

    [Theory]
    [MemberData(nameof(Proofs), DisableDiscoveryEnumeration = true)]
    public async Task A_proof_is_refused_for_what_is_wrong_with_it(
        string what,
        Action<JsonObject, JsonObject> change,
        string reason
    )
    {
        var answer = await Client.PostFormAsync(
            "/oauth/token",
            [("grant_type", "client_credentials")],
            proof: change
        );
        Assert.True((answer.Status, answer.Code) == (400, "invalid_dpop_proof"), $"{what}: {answer.Text}");
        Assert.Contains(reason, answer.Json["error_description"]!.GetValue<string>());
    }

    private static long Seconds(int fromNow) => DateTimeOffset.UtcNow.ToUnixTimeSeconds() + fromNow;
}
