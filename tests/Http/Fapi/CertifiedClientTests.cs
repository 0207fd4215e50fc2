using System.Diagnostics;
using Xunit;

namespace OpenBanking.Tests.Http.Fapi;

/// <summary>Clients that others wrote and the OpenID Foundation certified play everything against the server: discovery,
/// PAR, PKCE, DPoP with nonces, private_key_jwt, code, userinfo, refresh, introspection, revocation.</summary>
public sealed class CertifiedClientTests(SharedServer shared)
{
    private static readonly string[] steps =
    [
        "discovery",
        "par",
        "code",
        "userinfo",
        "api",
        "refresh",
        "introspection",
        "revocation",
        "client credentials",
    ];

    [Theory]
    [InlineData("openid-client.mjs")]
    [InlineData("oauth4webapi.mjs")]
    public async Task A_certified_client_plays_every_step(string program)
    {
        var start = new ProcessStartInfo(
            "node",
            [program, shared.Server.Address.GetLeftPart(UriPartial.Authority)]
        )
        {
            WorkingDirectory = RepositoryFiles.Find("tests/Http/relying-parties"),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var node = Process.Start(start)!;
        var error = node.StandardError.ReadToEndAsync();
        var output = await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();
        Assert.True(node.ExitCode == 0, output + await error);
        Assert.Equal(steps, output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
