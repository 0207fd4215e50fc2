using OpenBanking.Server.Http;

namespace OpenBanking.Server.Payouts;

/// <summary>How partners are settled.</summary>
public sealed record SettlementOptions : ISettings
{
    /// <summary>The section of the settings.</summary>
    public static string Section => "Settlement";

    /// <summary>How much a settlement account may come to owe by refunds, in minor units: what was paid out already is given
    /// back all the same, and netted with the next days. Nothing by default.</summary>
    public long MostOwed { get; init; }

    /// <summary>Whether the server pays out each day by itself; otherwise <c>pay-out</c> does. Unless set, a sandbox pays out and no
    /// bank's own server does.</summary>
    public bool? DailyPayouts { get; init; }

    /// <summary>Whether a server of this mode pays out by itself.</summary>
    public bool PaysOutDaily(ServerMode mode) => DailyPayouts ?? mode.IsSandbox;

    /// <exception cref="WrongSettingException">A setting is out of range.</exception>
    public void Check()
    {
        if (MostOwed < 0)
        {
            throw new WrongSettingException("Settlement:MostOwed is a number of fen, and not below zero.");
        }
    }
}
