using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.CommandLine;

/// <summary>freeze-account and unfreeze-account: the bank's own acts on an account.</summary>
public static class AccountCommands
{
    public const string Freeze = "freeze-account";
    public const string Unfreeze = "unfreeze-account";

    /// <summary>Freezes an account; or lifts that, and a loss that its customer reported.</summary>
    public static async Task<int> SetFreezeAsync(this WebApplication app, string text, bool frozen)
    {
        var (done, told) = Tell(text, await SetFreezeAsync(app.Services, text, frozen), frozen);
        Console.WriteLine(told);
        return done ? 0 : 1;
    }

    /// <summary>What became of it.</summary>
    /// <param name="account">The account as it is then; null when there is none.</param>
    public static (bool Done, string Text) Tell(string text, AccountRow? account, bool frozen) =>
        account is null ? (false, $"There is no account {text}.")
        : frozen && account.State == AccountState.Closed
            ? (false, $"{Describe(account)}: a closed account cannot be frozen.")
        : (true, Describe(account));

    /// <summary>What the bank's staff are told of an account: nothing that its customer alone may see.</summary>
    public static string Describe(AccountRow account) =>
        $"{account.Id} {Masks.Number(account.LastFour)} {AccountRules.StatusOf(account.State)}"
        + (account.FrozenFor == FreezeReasons.None ? "" : $" for {account.FrozenFor}")
        + (account.FrozenFor.HasFlag(FreezeReasons.Finding) ? ": see resolve-finding" : "");

    /// <summary>The account as it is then; null when there is none.</summary>
    public static async Task<AccountRow?> SetFreezeAsync(IServiceProvider services, string text, bool frozen)
    {
        var store = services.GetRequiredService<Store>();
        if (
            !Id<AccountRow>.TryParse(text, out var id)
            || await store.ListAcrossWorldsAsync(AccountTables.Accounts, 1, $"id = {id}")
                is not [var (world, account)]
        )
        {
            return null;
        }

        var decision = await services
            .GetRequiredService<Engine.Engine>()
            .SubmitAsync(
                new SetBankFreeze(
                    world,
                    await services.GetRequiredService<WorldClocks>().NowAsync(world),
                    account,
                    frozen,
                    await services.GetRequiredService<AccountConsents>().ListAsync(world, account)
                )
            );
        return ((Accepted<AccountRow>)decision).Reply;
    }
}
