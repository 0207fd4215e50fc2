using OpenBanking.Testing.Internal;

namespace OpenBanking.Tests;

/// <summary>Lets the pause between two one-time codes to a number be over, so that a test need not wait for it.</summary>
public static class PauseBetweenCodes
{
    public static Task EndPauseAsync(this TestServer server, TestPartner partner, string mobile) =>
        server.EndPauseAsync(partner.SandboxNumber, mobile);

    public static Task EndPauseAsync(this TestServer server, int sandbox, string mobile) =>
        server.Services.EndCodePauseAsync(new(sandbox), mobile);
}
