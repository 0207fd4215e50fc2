using OpenBanking.Server.Authorization;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>Where the pages are.</summary>
public static class PageRoutes
{
    public const string Error = "/bank/error";
    public const string SignOut = "/bank/sign-out";

    /// <summary>The page of a step of an interaction.</summary>
    public static string Of(World world, string interaction, InteractionStep step) =>
        $"/bank/{world}/{interaction}/"
        + step switch
        {
            InteractionStep.SignIn => "sign-in",
            InteractionStep.Code => "code",
            InteractionStep.Identity => "identity",
            InteractionStep.Verifying => "verifying",
            InteractionStep.Pin => "pin",
            InteractionStep.Consent => "consent",
            InteractionStep.NoAccount => "no-account",
            _ => throw new InvalidOperationException($"Unknown step {step}."),
        };
}
