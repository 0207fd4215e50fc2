using System.Text.Json.Nodes;
using OpenBanking.Testing;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>An assertion is good once, whatever became of the request it came with.</summary>
public sealed class SpentAssertionTests(SharedServer shared) : RawClientTests(shared)
{
    private const string Token = "/oauth/token";
    private static readonly (string, string?)[] ofApp = [("grant_type", "client_credentials")];

    /// <summary>Where, what is sent, and how it is refused.</summary>
    public static TheoryData<string, (string, string?)[], int, string> Refused =>
        new()
        {
            { Token, [], 400, "invalid_request" },
            { Token, [("grant_type", "password")], 400, "unsupported_grant_type" },
            { Token, [.. ofApp, ("scope", "nothing")], 400, "invalid_scope" },
            { Token, [("grant_type", "authorization_code"), ("code", "x")], 400, "invalid_request" },
            { Token, [("grant_type", "refresh_token"), ("refresh_token", "x")], 400, "invalid_grant" },
            { "/oauth/par", [], 400, "invalid_request" },
            { "/oauth/par", [.. AuthorizationFlow.Request, ("scope", "x")], 400, "invalid_scope" },
            { "/oauth/revoke", [], 400, "invalid_request" },
            { "/oauth/introspect", [("token", "x")], 403, "unauthorized_client" },
        };

    [Theory]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public async Task A_refusal_spends_it(string path, (string, string?)[] form, int status, string error)
    {
        var assertion = ("client_assertion", Client.NewAssertion());

        var refused = await Client.PostFormAsync(path, [.. form, assertion]);
        Assert.True((refused.Status, refused.Code) == (status, error), refused.Text);

        AssertUsed(await Client.PostFormAsync(path, [.. form, assertion]));
        AssertUsed(await Client.PostFormAsync(Token, [.. ofApp, assertion]));
    }

    [Fact]
    public async Task A_wrong_proof_spends_it_and_a_missing_one()
    {
        foreach (var path in new[] { Token, "/oauth/par" })
        {
            var assertion = ("client_assertion", Client.NewAssertion());
            var refused = await Client.PostFormAsync(
                path,
                [.. ofApp, assertion],
                proof: (_, claims) => claims["htm"] = "GET"
            );
            Assert.Equal((400, "invalid_dpop_proof"), (refused.Status, refused.Code));
            AssertUsed(await Client.PostFormAsync(Token, [.. ofApp, assertion]));
        }

        var another = ("client_assertion", Client.NewAssertion());
        var unproven = await Client.PostFormAsync(Token, [.. ofApp, another], withProof: false);
        Assert.Equal((400, "invalid_dpop_proof"), (unproven.Status, unproven.Code));
        AssertUsed(await Client.PostFormAsync(Token, [.. ofApp, another]));
    }

    [Fact]
    public async Task A_nonce_that_is_asked_for_leaves_it_good()
    {
        foreach (
            var (path, status, form) in new[]
            {
                (Token, 200, ofApp),
                ("/oauth/par", 201, [.. AuthorizationFlow.Request]),
            }
        )
        {
            var assertion = ("client_assertion", Client.NewAssertion());
            var asked = await Client.PostFormAsync(
                path,
                [.. form, assertion],
                proof: (_, claims) => claims.Remove("nonce")
            );
            Assert.Equal((400, "use_dpop_nonce"), (asked.Status, asked.Code));
            Assert.Equal(status, (await Client.PostFormAsync(path, [.. form, assertion])).Status);
            AssertUsed(await Client.PostFormAsync(path, [.. form, assertion]));
        }
    }

    [Fact]
    public async Task A_code_that_was_used_spends_it_and_is_still_said_to_be_used()
    {
        var (code, redirect) = await Client.AuthorizeAsync();
        Assert.Equal(200, (await Client.RedeemAsync(code, redirect)).Status);
        var assertion = ("client_assertion", Client.NewAssertion());

        var again = await Client.RedeemAsync(code, redirect, assertion);
        Assert.Equal((400, "invalid_grant"), (again.Status, again.Code));
        AssertUsed(await Client.RedeemAsync(code, redirect, assertion));
    }

    [Fact]
    public async Task A_consent_that_has_ended_spends_it()
    {
        var (code, redirect) = await Client.AuthorizeAsync();
        var consent = Assert.Single(
            await Shared
                .Server.Get<Server.Storage.Store>()
                .ListAsync(
                    Server.Consents.ConsentTables.Consents,
                    new(Client.Partner.SandboxNumber),
                    $"state = {Server.Consents.ConsentState.Authorized} ORDER BY id"
                )
        );
        var ended = await Client.CallAsync(
            HttpMethod.Post,
            $"/v1/consents/{consent.Id}/revoke",
            await Client.AppTokenAsync(),
            "{}",
            idempotencyKey: "ended"
        );
        Assert.True(ended.Status == 200, ended.Text);
        var assertion = ("client_assertion", Client.NewAssertion());

        var refused = await Client.RedeemAsync(code, redirect, assertion);
        Assert.True((refused.Status, refused.Code) == (400, "invalid_grant"), refused.Text);
        Assert.Contains("consent has ended", refused.Text);
        AssertUsed(await Client.RedeemAsync(code, redirect, assertion));
    }

    [Fact]
    public async Task A_token_of_another_client_spends_it()
    {
        using var sibling = new RawClient(await Client.Partner.NewAppAsync(), Client.Server);
        var assertion = ("client_assertion", Client.NewAssertion());
        (string, string?)[] form = [("token", await sibling.AppTokenAsync()), assertion];

        var refused = await Client.PostFormAsync("/oauth/revoke", form, withProof: false);
        Assert.Equal((400, "invalid_grant"), (refused.Status, refused.Code));
        AssertUsed(await Client.PostFormAsync("/oauth/revoke", form, withProof: false));
    }

    [Fact]
    public async Task A_resource_server_that_names_no_token_has_spent_it()
    {
        using var resourceServer = new RawClient(
            await Client.Partner.NewResourceServerAsync(),
            Client.Server
        );
        var assertion = ("client_assertion", resourceServer.NewAssertion());

        var refused = await resourceServer.PostFormAsync("/oauth/introspect", [assertion]);
        Assert.Equal((400, "invalid_request"), (refused.Status, refused.Code));
        AssertUsed(await resourceServer.PostFormAsync("/oauth/introspect", [("token", "x"), assertion]));
    }

    private static void AssertUsed(RawAnswer answer)
    {
        Assert.True((answer.Status, answer.Code) == (401, "invalid_client"), answer.Text);
        Assert.Contains("was used before", answer.Json["error_description"]!.GetValue<string>());
    }
}
