using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Net.Mime;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using OpenBanking.Tests.Http.Fapi;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>What the SDK encrypts is read by jose, which shares no code with it and none with the server.</summary>
public sealed class ApplicantEncryptionTests
{
    [Fact]
    public async Task An_applicant_whom_the_SDK_encrypts_is_read_by_jose()
    {
        using var key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        using var bank = new KeyOnly(key);
        var client = new OpenBankingClient(
            new OpenBankingOptions
            {
                Authority = new Uri("https://bank.example"),
                ClientId = "app_1",
                Key = ClientKey.CreateEs256(),
                HttpHandler = bank,
                MaxRetries = 0,
            }
        );

        // The fake bank keeps what it is sent, and refuses it.
        await Assert.ThrowsAnyAsync<OpenBankingException>(() =>
            client.AccountApplications.CreateAsync(
                new CreateAccountApplicationRequest
                {
                    Applicant = new Applicant
                    {
                        Name = "张伟",
                        IdNumber = "999999199003070012",
                        Mobile = "19900000001",
                        CardNumber = "6222000000000000012",
                    },
                },
                IdempotencyKey.FromOrder("user-1", "application")
            )
        );

        Assert.Equal(
            """{"name":"张伟","id_number":"999999199003070012","mobile":"19900000001","card_number":"6222000000000000012"}""",
            JsonNode
                .Parse(await DecryptAsync(bank.PrivateKey, bank.Encrypted!))!
                .ToJsonString(
                    new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
                )
        );
    }

    private static async Task<string> DecryptAsync(JsonNode key, string jwe)
    {
        using var node = Process.Start(
            new ProcessStartInfo("node", ["decrypt.mjs"])
            {
                WorkingDirectory = RepositoryFiles.Find("tests/Http/relying-parties"),
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                StandardOutputEncoding = Encoding.UTF8,
                UseShellExecute = false,
            }
        )!;
        await node.StandardInput.WriteAsync(new JsonObject { ["key"] = key, ["jwe"] = jwe }.ToJsonString());
        node.StandardInput.Close();
        var error = node.StandardError.ReadToEndAsync();
        var output = await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();
        Assert.True(node.ExitCode == 0, await error);
        return output;
    }

    /// <summary>A bank that gives a token and an encryption key, whose private half the test has.</summary>
    private sealed class KeyOnly(ECDiffieHellman key) : HttpMessageHandler
    {
        /// <summary>What was sent in the applicant's place.</summary>
        public string? Encrypted { get; private set; }

        public JsonObject PrivateKey
        {
            get
            {
                var jwk = PublicKey();
                jwk["d"] = Base64Url.EncodeToString(key.ExportParameters(includePrivateParameters: true).D);
                return jwk;
            }
        }

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            const string Issuer = "https://bank.example";
            switch (request.RequestUri!.AbsolutePath)
            {
                case "/.well-known/openid-configuration":
                    return Json(
                        new JsonObject
                        {
                            ["issuer"] = Issuer,
                            ["authorization_endpoint"] = Issuer + "/authorize",
                            ["token_endpoint"] = Issuer + "/token",
                            ["pushed_authorization_request_endpoint"] = Issuer + "/par",
                            ["jwks_uri"] = Issuer + "/jwks",
                            ["response_types_supported"] = new JsonArray("code"),
                        }
                    );
                case "/token":
                    return Json(
                        new JsonObject
                        {
                            ["access_token"] = "token",
                            ["token_type"] = "DPoP",
                            ["expires_in"] = 300,
                        }
                    );
                case "/v1/encryption-keys":
                    return Json(new JsonObject { ["keys"] = new JsonArray(PublicKey()) });
                default:
                    var body = await request.Content!.ReadAsStringAsync(cancellationToken);
                    Encrypted = JsonNode.Parse(body)!["encrypted_applicant"]!.GetValue<string>();
                    return new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
            }
        }

        private JsonObject PublicKey()
        {
            var point = key.ExportParameters(includePrivateParameters: false).Q;
            return new()
            {
                ["kty"] = "EC",
                ["use"] = "enc",
                ["alg"] = "ECDH-ES+A256KW",
                ["crv"] = "P-256",
                ["kid"] = "bank-key",
                ["x"] = Base64Url.EncodeToString(point.X),
                ["y"] = Base64Url.EncodeToString(point.Y),
            };
        }

        private static HttpResponseMessage Json(JsonObject body) =>
            new(HttpStatusCode.OK)
            {
                Content = new StringContent(
                    body.ToJsonString(),
                    Encoding.UTF8,
                    MediaTypeNames.Application.Json
                ),
            };
    }
}
