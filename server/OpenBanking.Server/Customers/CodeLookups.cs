using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Customers;

/// <summary>Of two taps that ask for a code one sends it, and the other finds it sent.</summary>
public static class CodeLookups
{
    /// <summary>Whether a code went to a number just now, and can be entered.</summary>
    public static async ValueTask<bool> WasJustSentAsync(
        this Store store,
        World world,
        Id<OneTimeCodeRow> id,
        string mobileIndex,
        DateTimeOffset realNow
    ) =>
        await store.FindAsync(CustomerTables.OneTimeCodes, world, id) is { } code
        && code.MobileIndex == mobileIndex
        && OneTimeCodeRules.MayBeEntered(code, realNow)
        && OneTimeCodeRules.WasJustSent(code, realNow);
}
