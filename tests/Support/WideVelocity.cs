namespace OpenBanking.Tests;

/// <summary>Velocity rules that count as those of the server do, and never say no: for load that no customer makes.</summary>
public static class WideVelocity
{
    public static string Setting { get; } =
        $"--Risk:VelocityRules={Path.Combine(AppContext.BaseDirectory, "wide-velocity-rules.json")}";
}
