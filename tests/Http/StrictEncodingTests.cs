using System.Text.Json.Nodes;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Base64url has neither padding nor white space (RFC 7515 §2), a challenge and its verifier have the form of
/// RFC 7636, and a proof is good within the window it says.</summary>
public sealed class StrictEncodingTests(SharedServer shared) : RawClientTests(shared)
{
    /// <summary>Texts of 43 characters that a lenient decoder takes.</summary>
    public static TheoryData<string, string> LenientDigests =>
        new()
        {
            { "code_challenge", new string('A', 42) + "=" },
            { "code_challenge", new string('A', 20) + "   " + new string('A', 20) },
            { "code_challenge", new string('A', 42) + "\n" },
            { "code_challenge", new string('A', 42) + "+" },
            { "dpop_jkt", new string('A', 42) + "=" },
            { "dpop_jkt", " " + new string('A', 42) },
            { "dpop_jkt", new string('A', 21) + "\t" + new string('A', 21) },
        };

    [Theory]
    [MemberData(nameof(LenientDigests), DisableDiscoveryEnumeration = true)]
    public async Task A_digest_is_43_characters_of_the_alphabet(string parameter, string value)
    {
        var answer = await Client.PushProvenAsync(proof: null, withProof: false, (parameter, value));
        Assert.True((answer.Status, answer.Code) == (400, "invalid_request"), answer.Text);
        Assert.Contains(parameter, answer.Json["error_description"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("", "=")]
    [InlineData("", "==")]
    [InlineData("", " ")]
    [InlineData(" ", "")]
    public async Task A_token_is_what_it_is_to_the_letter(string before, string after)
    {
        var token = (await Client.AppTokenAsync("coupons.issue")).Split('.');
        foreach (var part in Enumerable.Range(0, 3))
        {
            var changed = string.Join(
                '.',
                token.Select((text, i) => i == part ? before + text + after : text)
            );
            if (changed.Trim() == string.Join('.', token))
            {
                continue;
            }

            var answer = await Client.CallAsync(HttpMethod.Get, "/v1/coupon-stocks", changed);
            Assert.Equal((401, ProblemCodes.InvalidToken), (answer.Status, answer.Code));
        }
    }

    /// <summary>Once with a header that the server has not seen, and once with one whose key it keeps.</summary>
    [Theory]
    [InlineData("=")]
    [InlineData(" ")]
    public async Task A_proof_has_no_padding_and_no_white_space(string more)
    {
        foreach (var _ in Enumerable.Range(0, 2))
        {
            foreach (var part in Enumerable.Range(0, 3))
            {
                using var request = new HttpRequestMessage(
                    HttpMethod.Post,
                    new Uri(Client.Server, "/oauth/token")
                );
                var parts = Client
                    .NewProof(HttpMethod.Post, request.RequestUri!, token: null)
                    .Split('.')
                    .Select(
                        (text, i) => i == part ? text[..^1] + (more == " " ? " " : "") + text[^1..] : text
                    )
                    .Select((text, i) => i == part && more == "=" ? text + more : text);
                request.Content = new FormUrlEncodedContent(
                    new Dictionary<string, string>
                    {
                        ["client_assertion_type"] = RawClient.AssertionType,
                        ["client_assertion"] = Client.NewAssertion(),
                        ["grant_type"] = "client_credentials",
                    }
                );
                request.Headers.TryAddWithoutValidation("DPoP", string.Join('.', parts));
                var answer = await Client.SendAsync(request);
                Assert.True((answer.Status, answer.Code) == (400, "invalid_dpop_proof"), answer.Text);
            }

            await Client.AppTokenAsync();
        }
    }

    [Theory]
    [InlineData("=")]
    [InlineData(" ")]
    [InlineData("\n")]
    public async Task An_assertion_has_no_padding_and_no_white_space(string more)
    {
        foreach (var part in Enumerable.Range(0, 3))
        {
            var assertion = Client.NewAssertion().Split('.');
            assertion[part] += more;
            var answer = await Client.PostFormAsync(
                "/oauth/token",
                [("grant_type", "client_credentials"), ("client_assertion", string.Join('.', assertion))]
            );
            Assert.True((answer.Status, answer.Code) == (401, "invalid_client"), answer.Text);
        }
    }

    [Theory]
    [InlineData("x", "=")]
    [InlineData("y", " ")]
    public async Task The_key_of_a_proof_has_no_padding_and_no_white_space(string member, string more)
    {
        var answer = await Client.PostFormAsync(
            "/oauth/token",
            [("grant_type", "client_credentials")],
            proof: (header, _) => header["jwk"]![member] = header["jwk"]![member]!.GetValue<string>() + more
        );
        Assert.Equal((400, "invalid_dpop_proof"), (answer.Status, answer.Code));
    }

    /// <summary>A code is redeemed with a verifier of 43 to 128 characters of its alphabet, and no other.</summary>
    [Theory]
    [InlineData("ab", false)]
    [InlineData("0123456789012345678901234567890123456789ab", false)]
    [InlineData("0123456789012345678901234567890123456789a b", false)]
    [InlineData("0123456789012345678901234567890123456789a+b", false)]
    [InlineData("0123456789012345678901234567890123456789-._~", true)]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public async Task A_verifier_has_the_form_of_the_rfc(object form, bool isTaken)
    {
        var verifier = form as string ?? new string('v', (int)form);
        var (code, redirect) = await Client.AuthorizeAsync(("code_challenge", ChallengeOf(verifier)));
        var answer = await Client.RedeemAsync(code, redirect, ("code_verifier", verifier));
        if (isTaken)
        {
            Assert.True(answer.Status == 200, answer.Text);
        }
        else
        {
            Assert.True((answer.Status, answer.Code) == (400, "invalid_grant"), answer.Text);
            Assert.Contains("43 to 128", answer.Json["error_description"]!.GetValue<string>());
        }
    }

    [Theory]
    [InlineData("exp", -31, "expired")]
    [InlineData("exp", -1, "expired")]
    [InlineData("nbf", 45, "nbf")]
    [InlineData("exp", null, "exp")]
    [InlineData("nbf", null, "nbf")]
    public async Task A_proof_is_good_within_its_own_window(string claim, int? seconds, string reason)
    {
        var answer = await AskAsync(payload =>
            payload[claim] = seconds is { } moved ? Now() + moved : JsonValue.Create("soon")
        );
        Assert.True((answer.Status, answer.Code) == (400, "invalid_dpop_proof"), answer.Text);
        Assert.Contains(reason, answer.Json["error_description"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_proof_may_say_its_window()
    {
        var answer = await AskAsync(payload =>
        {
            payload["nbf"] = Now() + 10;
            payload["exp"] = Now() + 60;
        });
        Assert.True(answer.Status == 200, answer.Text);
    }

    private Task<RawAnswer> AskAsync(Action<JsonObject> claims) =>
        Client.PostFormAsync(
            "/oauth/token",
            [("grant_type", "client_credentials")],
            proof: (_, payload) => claims(payload)
        );

    private static long Now() => DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    private static string ChallengeOf(string verifier) =>
        System.Buffers.Text.Base64Url.EncodeToString(
            System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(verifier))
        );
}
