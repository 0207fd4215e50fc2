using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Testing.Internal;

/// <summary>Puts an account into a state, whatever has led there, and tells the apps.</summary>
internal sealed record SetAccountStanding(
    World World,
    DateTimeOffset Now,
    AccountRow Account,
    AccountState State,
    IReadOnlyList<Id<ConsentRow>> Consents
) : BankAccountCommand(World, Now, Account, Consents)
{
    /// <exception cref="ArgumentException">It is a state that a test cannot ask for.</exception>
    public static AccountState StateOf(AccountStatus status) =>
        status == AccountStatus.Active ? AccountState.Active
        : status == AccountStatus.Frozen ? AccountState.Frozen
        : status == AccountStatus.Dormant ? AccountState.Dormant
        : status == AccountStatus.Closing ? AccountState.Closing
        : status == AccountStatus.PendingActivation ? AccountState.PendingActivation
        : throw new ArgumentException(
            $"An account cannot be made {status}: take active, frozen, dormant, closing or pending_activation.",
            nameof(status)
        );

    public override Decision<AccountRow> Decide(Book book)
    {
        var account = book.Get(AccountTables.Accounts, Account.Id);
        var standing =
            State == AccountState.Frozen
                ? new AccountStanding(AccountState.Active, FreezeReasons.Bank)
                : new AccountStanding(State, FreezeReasons.None);
        return Decision.Accept(
            State == AccountState.PendingActivation
                // No event tells of it: no account has ever gone back there.
                ? book.Update(AccountTables.Accounts, standing.Write(account))
                : AccountRules.Move(
                    book,
                    account with
                    {
                        IdleSince = Now,
                    },
                    standing,
                    EventOf(State),
                    AccountRules.AppsOf(book, Consents)
                )
        );
    }

    private static string EventOf(AccountState state) =>
        state switch
        {
            AccountState.Frozen => EventTypes.AccountFrozen,
            AccountState.Dormant => EventTypes.AccountDormant,
            AccountState.Closing => EventTypes.AccountClosing,
            _ => EventTypes.AccountActive,
        };
}
