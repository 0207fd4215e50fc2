using FsCheck;
using FsCheck.Fluent;
using OpenBanking.Server.Accounts;

namespace OpenBanking.Tests.Rules.Accounts;

/// <summary>The state machine of an account, under whatever is done to it.</summary>
public class AccountStandingProperties
{
    private const int Count = 5_000;

    private static readonly FreezeReasons[] reasons =
    [
        FreezeReasons.Finding,
        FreezeReasons.Bank,
        FreezeReasons.LossReport,
    ];

    private static readonly AccountState[] states = Enum.GetValues<AccountState>();

    /// <summary>What can be done to an account, by name.</summary>
    private static readonly Dictionary<string, Func<AccountStanding, AccountStanding?>> acts = new()
    {
        ["activate"] = standing => standing.Activate(),
        ["fall asleep"] = standing => standing.FallAsleep(),
        ["wake"] = standing => standing.Wake(),
        ["begin closing"] = standing => standing.BeginClosing(),
        ["finish closing"] = standing => standing.FinishClosing(),
        ["reopen"] = standing => standing.Reopen(),
        ["freeze: finding"] = standing => standing.Freeze(FreezeReasons.Finding),
        ["freeze: bank"] = standing => standing.Freeze(FreezeReasons.Bank),
        ["freeze: loss"] = standing => standing.Freeze(FreezeReasons.LossReport),
        ["thaw: finding"] = standing => standing.Thaw(FreezeReasons.Finding),
        ["thaw: bank"] = standing => standing.Thaw(FreezeReasons.Bank),
        ["thaw: loss"] = standing => standing.Thaw(FreezeReasons.LossReport),
    };

    /// <summary>The steps of the domain that lead from one state to another, where nothing is frozen.</summary>
    private static readonly (AccountState From, AccountState To)[] allowed =
    [
        (AccountState.PendingActivation, AccountState.Active),
        (AccountState.Active, AccountState.Dormant),
        (AccountState.Dormant, AccountState.Active),
        (AccountState.Active, AccountState.Closing),
        (AccountState.Closing, AccountState.Active),
        (AccountState.Closing, AccountState.Closed),
    ];

    private static readonly Gen<string[]> sequences = Gen.Elements(acts.Keys.AsEnumerable()).ArrayOf();

    [Fact]
    public void Every_step_is_one_of_the_domains_and_a_closed_account_stays_closed() =>
        Each(
            (_, before, after) =>
            {
                Assert.NotEqual(AccountState.Closed, before.Beneath);
                if (before.Beneath != after.Beneath)
                {
                    Assert.Contains((before.Beneath, after.Beneath), allowed);
                }
            }
        );

    [Fact]
    public void An_account_is_frozen_as_long_as_there_is_a_reason() =>
        Each(
            (_, _, after) =>
                Assert.Equal(
                    after.Reasons != FreezeReasons.None && after.Beneath != AccountState.Closed,
                    after.State == AccountState.Frozen
                )
        );

    [Fact]
    public void Lifting_every_reason_brings_back_what_was_beneath() =>
        Each(
            (_, _, after) =>
            {
                var thawed = reasons.Aggregate(
                    after,
                    (standing, reason) => standing.Thaw(reason) ?? standing
                );
                Assert.Equal(new(after.Beneath, FreezeReasons.None), thawed);
                Assert.Equal(after.Beneath, thawed.State);
            }
        );

    [Fact]
    public void Money_goes_out_of_an_active_account_alone() =>
        Each(
            (_, _, after) =>
                Assert.Equal(
                    after.State == AccountState.Active,
                    AccountRules.DeclineState(after.Write(Rows.Account), Rows.Noon) is null
                )
        );

    [Fact]
    public void A_row_says_all_of_it() =>
        Each((_, _, after) => Assert.Equal(after, AccountStanding.Of(after.Write(Rows.Account))));

    [Fact]
    public void Only_a_freeze_makes_no_difference_to_closing_that_has_begun() =>
        Each(
            (act, before, after) =>
            {
                if (act == "finish closing")
                {
                    Assert.Equal(AccountState.Closing, before.Beneath);
                    Assert.Equal(new(AccountState.Closed, FreezeReasons.None), after);
                }
            }
        );

    /// <summary>A server that knows no reasons froze for a finding, and freed whatever it was frozen for.</summary>
    [Theory]
    [InlineData(AccountState.Frozen, FreezeReasons.None, FreezeReasons.Finding)]
    [InlineData(AccountState.Active, FreezeReasons.Finding, FreezeReasons.None)]
    [InlineData(
        AccountState.Active,
        FreezeReasons.Finding | FreezeReasons.LossReport,
        FreezeReasons.LossReport
    )]
    public void Rows_of_servers_before_this_one_are_understood(
        AccountState state,
        FreezeReasons written,
        FreezeReasons read
    ) =>
        Assert.Equal(
            read,
            AccountStanding.Of(Rows.Account with { State = state, FrozenFor = written }).Reasons
        );

    /// <summary>Does everything in turn, from every state, and looks at each step that was allowed.</summary>
    private static void Each(Action<string, AccountStanding, AccountStanding> look) =>
        Properties.Hold(
            sequences,
            Count / states.Length,
            sequence =>
            {
                foreach (var state in states.Where(state => state != AccountState.Frozen))
                {
                    var standing = new AccountStanding(state, FreezeReasons.None);
                    foreach (var act in sequence)
                    {
                        if (acts[act](standing) is { } next)
                        {
                            look(act, standing, next);
                            standing = next;
                        }
                    }
                }
            }
        );
}
