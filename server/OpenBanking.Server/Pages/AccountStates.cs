using OpenBanking.Server.Accounts;

namespace OpenBanking.Server.Pages;

/// <summary>How customers are told what state an account is in.</summary>
internal static class AccountStates
{
    /// <summary>Whether the bank has frozen it, and not the customer by reporting a loss, which says itself what to do.</summary>
    public static bool IsFrozenByBank(AccountRow account) =>
        account.State == AccountState.Frozen && !account.FrozenFor.HasFlag(FreezeReasons.LossReport);

    /// <summary>The name of the text.</summary>
    public static string TextOf(AccountRow account) =>
        "AccountState_" + (IsFrozenByBank(account) ? "FrozenByBank" : $"{account.State}");
}
