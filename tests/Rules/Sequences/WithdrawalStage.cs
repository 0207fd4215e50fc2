using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Withdrawals;

namespace OpenBanking.Tests.Rules.Sequences;

/// <summary>Withdrawals, and accounts that sleep, played on both.</summary>
internal sealed partial class Stage
{
    /// <summary>What is seen where there is no event of it.</summary>
    public const string Withdrawn = "withdrawn";
    public const string WithdrawalReturned = "withdrawal returned";
    public const string OrderedTwice = "withdrawal ordered twice";

    private readonly List<(WithdrawalRow Row, Id<IntentRow> IntentId)> withdrawals = [];

    private void Play(Step.Withdraw step, DateTimeOffset at)
    {
        var i = step.Account % scene.Accounts.Count;
        var account = scene.Accounts[i];
        var order = new OrderWithdrawal(
            Rows.World,
            at,
            account,
            scene.New<WithdrawalRow>(),
            account.CardId,
            step.Amount,
            Scene.Pin,
            "zh-CN",
            scene.New<IntentRow>(),
            new(scene.New<IntentRow>(), Scene.Pin, Scene.Start)
        );
        if (!IsDone(order, model.Withdraw(model.Accounts[i], step.Amount, at), OrderOutcome.Ordered))
        {
            return;
        }

        withdrawals.Add((bank.Get(WithdrawalTables.Withdrawals, order.WithdrawalId), order.IntentId));
        if (step.Twice)
        {
            IsDone(order with { IntentId = scene.New<IntentRow>() }, new(null, null), OrderOutcome.Ordered);
            seen(OrderedTwice);
        }
    }

    private void Play(Step.Arrive step, DateTimeOffset asked)
    {
        // The bank's own lines are told apart by their microsecond: an answer has never that of its order.
        var at = asked.AddMicroseconds(1);
        var i = step.Which % withdrawals.Count;
        var (row, intentId) = withdrawals[i];
        var open = model.Withdrawals[i].Open;
        Run(
            new CompleteWithdrawal(
                Rows.World,
                at,
                intentId,
                row,
                step.Succeeds ? null : DeclineCodes.CardRefused,
                scene.New<WithdrawalRow>(),
                scene.New<IntentRow>(),
                Scene.Start,
                Consents: []
            ),
            Model.Arrive(model.Withdrawals[i], step.Succeeds, at)
        );
        if (open)
        {
            seen(step.Succeeds ? Withdrawn : WithdrawalReturned);
        }
    }

    private void Play(Step.Look step, DateTimeOffset at)
    {
        var i = step.Account % scene.Accounts.Count;
        var account = bank.Get(AccountTables.Accounts, scene.Accounts[i].Id);
        var last = bank.All(LedgerTables.Entries)
            .Where(entry => entry.AccountId == account.Id.Value)
            .MaxBy(entry => entry.Sequence)!;
        Run(
            new NoteIdleness(
                Rows.World,
                at,
                account,
                AccountFreezeRules.IdleSince(account, last.CreatedAt, at),
                ConsentsOf(account)
            ),
            model.Look(model.Accounts[i], at)
        );
    }

    private void Play(Step.Wake step, DateTimeOffset at)
    {
        var i = step.Account % scene.Accounts.Count;
        var account = scene.Accounts[i];
        IsDone(
            new WakeAccount(
                Rows.World,
                at,
                account,
                Scene.IdNumberIndexOf(account.CustomerId),
                Scene.Pin,
                ConsentsOf(account),
                Scene.Start
            ),
            model.Wake(model.Accounts[i], at),
            PersonCheck.Right
        );
    }

    private IReadOnlyList<Id<ConsentRow>> ConsentsOf(AccountRow account) =>
        [
            .. agreements
                .Where(agreement => agreement.AccountId == account.Id)
                .Select(agreement => agreement.ConsentId),
        ];
}
