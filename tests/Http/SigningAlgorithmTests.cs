using System.Net.Http.Json;
using System.Security.Cryptography;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>ES256 and PS256: what the server signs with is the bank's choice, what an app signs with is its own.</summary>
public sealed class SigningAlgorithmTests
{
    private const string Es256 = "ES256";
    private const string Ps256 = "PS256";

    [Theory]
    [InlineData(Es256, Ps256)]
    [InlineData(Ps256, Es256)]
    [InlineData(Ps256, Ps256)]
    public async Task The_whole_journey_goes_with_either(string ofServer, string ofApp)
    {
        await using var server = await TestServer.StartAsync(
            settings: $"Authorization:SigningAlgorithm={ofServer}"
        );

        // The app's key signs its assertions and its proofs; the SDK checks the id token it is given.
        var partner = await TestPartner.NewAsync(server.Address, key: NewKey(ofApp));
        var customer = await partner.LinkAsync();

        Assert.Equal(ofApp, partner.Key.PublicJwk.Alg);
        Assert.Equal(Money.Yuan(0), await partner.BalanceAsync(customer));
        Assert.Equal(ofServer, partner.App.IdTokenSignedResponseAlg);
        using var http = new HttpClient();
        var metadata = await http.GetFromJsonAsync(
            new Uri(server.Address, "/.well-known/openid-configuration"),
            ResponseJson.Default.AuthorizationServerMetadata
        );
        Assert.Equal([ofServer], metadata!.IdTokenSigningAlgValuesSupported);
    }

    private static ClientKey NewKey(string algorithm)
    {
        if (algorithm == Es256)
        {
            return ClientKey.CreateEs256();
        }

        using var rsa = RSA.Create(2048);
        return ClientKey.FromPem(rsa.ExportPkcs8PrivateKeyPem());
    }
}
