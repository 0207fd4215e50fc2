namespace OpenBanking.Server.Http;

/// <summary>The named limits of what a request may be.</summary>
public static class ServerLimits
{
    public const int BodyBytes = 256 * 1024;
    public const int HeaderBytes = 16 * 1024;
    public const int JsonDepth = 32;
    public const int DefaultPage = 20;
    public const int LargestPage = 100;
}
