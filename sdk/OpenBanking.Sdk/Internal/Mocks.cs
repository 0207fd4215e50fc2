using System.Runtime.CompilerServices;

namespace OpenBanking.Internal;

/// <summary>What a partner's mock says of what it leaves out.</summary>
internal static class Mocks
{
    public static InvalidOperationException NotOverridden([CallerMemberName] string? what = null) =>
        new(
            "This client is a mock, made by its protected constructor: override the member that was called, which would go to the "
                + $"bank ({what})."
        );
}
