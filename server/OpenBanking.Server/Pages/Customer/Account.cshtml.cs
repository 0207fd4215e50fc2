using OpenBanking.Server.Accounts;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.TopUps;
using OpenBanking.Server.Withdrawals;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>One account: its balance and its transactions, a page at a time.</summary>
public sealed class CustomerAccountModel(
    CustomerSessions sessions,
    DashboardQueries queries,
    OwnAccounts accounts,
    OwnTopUps topUps,
    AccountAgreements agreements,
    WorldClocks clocks
) : CustomerAccountPage(sessions, queries)
{
    private const int OnePage = 20;

    /// <summary>For how long the page says that the account was not closed: whoever keeps it knows by then.</summary>
    private static readonly TimeSpan refusalShown = TimeSpan.FromDays(7);

    public IReadOnlyList<StatementLine> Lines { get; private set; } = [];

    /// <summary>What the customer can do with the account as it is; the names of pages.</summary>
    public IEnumerable<string> Acts =>
        Account.State switch
        {
            AccountState.Active when Account.Type == AccountType.TypeThree.Value =>
            [
                "top-up",
                "withdraw",
                "name",
                "cards",
                "limits",
                "upgrade",
                "lost",
                "close",
            ],
            AccountState.Active => ["top-up", "withdraw", "name", "cards", "limits", "lost", "close"],
            AccountState.Dormant => ["wake", "name", "lost"],
            AccountState.Closed => [],
            AccountState.Closing => ["name", "lost"],
            AccountState.Frozen when AccountStates.IsFrozenByBank(Account) => ["name", "lost"],
            _ => ["name"],
        };

    /// <summary>What the customer ordered from a card, and no line shows: it is under way, or did not come.</summary>
    public IReadOnlyList<OwnTopUpRow> NotOnAccount { get; private set; } = [];

    /// <summary>What the account could not take, as when it is closed, and went on to a card.</summary>
    public IReadOnlyList<SentOn> SentOn { get; private set; } = [];

    /// <summary>The account agreement that the customer accepted; where it was not noted, the one in force.</summary>
    public string AgreementVersion { get; private set; } = null!;

    public DateTimeOffset? AgreedAt { get; private set; }

    /// <summary>Whether the card's bank did not take what was left.</summary>
    public bool ClosingRefused { get; private set; }

    /// <summary>The name of the text that says what was done just now; null when nothing was.</summary>
    public string? Done { get; private set; }

    /// <summary>The line that older ones go on after; null when there are none.</summary>
    public long? Older { get; private set; }

    /// <summary>Which transfer with a page of its own a line belongs to; null for none.</summary>
    public static string? TransferOf(EntryRow entry) =>
        entry switch
        {
            { Kind: PostingKind.WithdrawalOrder or PostingKind.WithdrawalReturn } => "withdraw",
            { Kind: PostingKind.TopUp, AppId: null } => "top-up",
            _ => null,
        };

    /// <param name="before">The line to go on after. What is no number shows the newest.</param>
    /// <param name="done">What the page before has done. What is not so is not said.</param>
    public async Task OnGetAsync(long? before, string? done)
    {
        Done = done switch
        {
            "limits" or "name" => $"Done_{done}",
            "upgrade" when Account.Type == AccountType.TypeTwo.Value => "Done_upgrade",
            "wake" when Account.State == AccountState.Active => "Done_wake",
            _ => null,
        };
        var lines = await Queries.ListLinesAsync(World, Account, before, OnePage + 1);
        Lines = [.. lines.Take(OnePage)];
        var now = await clocks.NowAsync(World);
        ClosingRefused =
            Account.State == AccountState.Active
            && await accounts.FindLastClosingAsync(World, Account)
                is { State: WithdrawalState.Failed, DeclineCode: not DeclineCodes.AccountFrozen } closing
            && now < closing.CompletedAt + refusalShown;
        NotOnAccount = await topUps.ListNotOnAccountAsync(World, Account);
        SentOn = await Queries.ListSentOnAsync(World, Account, OnePage);
        var agreed = await Queries.FindAgreementAsync(World, Account);
        AgreedAt = agreed?.AgreedAt;
        AgreementVersion = agreed?.AgreementVersion ?? agreements.VersionOn(BusinessCalendar.DateOf(now));
        Older = lines.Count > OnePage ? Lines[^1].Entry.Sequence : null;
    }
}
