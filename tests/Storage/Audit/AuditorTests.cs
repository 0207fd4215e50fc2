using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Audit;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Storage.Postgres;
using OpenBanking.Server.TopUps;
using OpenBanking.Tests.Storage.Engine;
using OpenBanking.Tests.Storage.Ledger;
using OpenBanking.Tests.Storage.Sequences;

namespace OpenBanking.Tests.Storage.Audit;

/// <summary>What must not be is found while the server runs, freezes the account it concerns, and is told of once.</summary>
public abstract class AuditorTests<TDatabase> : AuditSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private AuditorPass Pass =>
        new(Store, new AuditVerifier(Store, Keys, new()), Findings, new(), TimeProvider.System, Engine);

    /// <summary>At the time of the business.</summary>
    private AuditorPass PassAt(AuditOptions options) =>
        new(Store, new AuditVerifier(Store, Keys, new()), Findings, options, Clock, Engine);

    private AccountState AccountState =>
        Store.Find(AccountTables.Accounts, Rows.World, Rows.Account.Id)!.State;

    [Fact]
    public async Task Sound_books_are_left_alone()
    {
        await DoBusinessAsync();
        await SealAllAsync(Chain);

        Assert.True(await Pass.CheckAsync());
        Assert.False(await Pass.CheckAsync());
        await Pass.SweepAsync(TimeSpan.FromDays(1), TestContext.Current.CancellationToken);

        Assert.Empty(await Findings.ListOpenAsync());
        Assert.Equal(AccountState.Active, AccountState);
    }

    [InlineData(
        "UPDATE account SET available = available + 1 WHERE world = 7",
        "a customer's balance is the sum of its entries"
    )]
    [InlineData(
        "UPDATE account SET day_outflow = 0 WHERE world = 7",
        "what counts against an account's limits is what went out"
    )]
    [InlineData(
        "UPDATE coupon SET state = 1, payment_id = NULL WHERE world = 7",
        "a coupon that a live payment used is redeemed by it"
    )]
    [Theory]
    public async Task A_violation_freezes_the_account_and_is_reported_once(string sql, string rule)
    {
        var bank = await DoBusinessAsync();
        await SealAllAsync(Chain);
        Database.Execute(sql);

        while (await Pass.CheckAsync()) { }

        var finding = Assert.Single(await Findings.ListOpenAsync()).Row;
        Assert.Equal((rule, Rows.Account.Id.Value), (finding.Rule, finding.AccountId));
        Assert.Equal(AccountState.Frozen, AccountState);
        await AssertFrozenAsync(bank);

        await SealAllAsync(Chain);
        while (await Pass.CheckAsync()) { }
        await Pass.SweepAsync(TimeSpan.Zero, TestContext.Current.CancellationToken);
        Assert.Equal([finding.Id], (await Findings.ListOpenAsync()).Select(found => found.Row.Id));
    }

    [Fact]
    public async Task What_the_ledger_lost_is_found()
    {
        await DoBusinessAsync();
        await SealAllAsync(Chain);
        Database.UnguardEntries();
        Database.Execute("DELETE FROM entry WHERE kind = 1 AND amount = 1500");

        while (await Pass.CheckAsync()) { }

        var rules = (await Findings.ListOpenAsync()).Select(found => found.Row.Rule).ToList();
        Assert.Equal(
            ((string[])[AuditorPass.ChainRule, BooksRule.DebitsEqualCredits]).Order(),
            rules.Order()
        );
        Assert.Equal(AccountState.Frozen, AccountState);
    }

    [InlineData("DELETE FROM journal WHERE world = 7")]
    [InlineData("UPDATE journal SET events = (SELECT digest FROM audit_record LIMIT 1) WHERE world = 7")]
    [Theory]
    public async Task Events_that_are_gone_are_found_and_freeze_nobody(string sql)
    {
        await DoBusinessAsync();
        await SealAllAsync(Chain);
        Database.Execute(sql);
        var pass = PassAt(new());

        while (await pass.CheckAsync()) { }

        var found = await Findings.ListOpenAsync();
        Assert.NotEmpty(found);
        Assert.All(
            found,
            finding => Assert.Equal((AuditorPass.EventsRule, null), (finding.Row.Rule, finding.Row.AccountId))
        );
        Assert.Equal(AccountState.Active, AccountState);
    }

    [Fact]
    public async Task Events_that_are_kept_no_longer_are_not_missed()
    {
        await DoBusinessAsync();
        await SealAllAsync(Chain);
        Database.Execute("DELETE FROM journal WHERE world = 7");
        var pass = PassAt(new() { EventsKept = TimeSpan.Zero });

        while (await pass.CheckAsync()) { }

        Assert.Empty(await Findings.ListOpenAsync());
    }

    [InlineData("entries = entries + 1")]
    [InlineData("entries = entries - 1, available = available - 400")]
    [Theory]
    public async Task An_account_that_is_not_where_its_last_line_left_it_is_found(string change)
    {
        await DoBusinessAsync();
        await SealAllAsync(Chain);
        Database.Execute($"UPDATE account SET {change} WHERE world = 7");

        while (await Pass.CheckAsync()) { }

        Assert.Equal(
            [BooksRule.BalanceIsSumOfEntries],
            (await Findings.ListOpenAsync()).Select(found => found.Row.Rule)
        );
        Assert.Equal(AccountState.Frozen, AccountState);
    }

    [InlineData("balance_after = balance_after + 1", 2)]
    [InlineData("sequence = 9", 4)]
    [Theory]
    public async Task A_line_that_does_not_continue_the_one_before_is_found(string change, int sequence)
    {
        await DoBusinessAsync();
        await SealAllAsync(Chain);
        Database.UnguardEntries();
        Database.Execute(
            $"UPDATE entry SET {change} WHERE balance_after IS NOT NULL AND sequence = {sequence}"
        );

        while (await Pass.CheckAsync()) { }

        var rules = (await Findings.ListOpenAsync()).Select(found => found.Row.Rule).ToList();
        Assert.Contains(AuditorPass.ChainRule, rules);
        Assert.Contains(
            sequence == 2 ? BooksRule.StatementHasNoGaps : BooksRule.BalanceIsSumOfEntries,
            rules
        );
        Assert.Equal(AccountState.Frozen, AccountState);
    }

    [Fact]
    public async Task The_sweep_finds_what_no_account_shows_and_freezes_nobody_for_it()
    {
        await DoBusinessAsync();
        Database.Execute("UPDATE coupon_stock SET issued = issued + 1 WHERE world = 7");

        await Pass.SweepAsync(TimeSpan.FromDays(1), TestContext.Current.CancellationToken);

        var finding = Assert.Single(await Findings.ListOpenAsync()).Row;
        Assert.Equal(("a stock issued as many coupons as there are", 1L), (finding.Rule, finding.Measure));
        Assert.Null(finding.AccountId);
        Assert.Equal(AccountState.Active, AccountState);
    }

    [Fact]
    public async Task A_sweep_while_the_clock_was_a_day_ahead_does_not_put_off_the_next_one()
    {
        var clock = new ShiftedClock { Ahead = TimeSpan.FromDays(1) };
        var pass = new AuditorPass(
            Store,
            new AuditVerifier(Store, Keys, new()),
            Findings,
            new(),
            clock,
            Engine
        );
        await pass.SweepAsync(TimeSpan.FromDays(1), TestContext.Current.CancellationToken);
        await DoBusinessAsync();
        Database.Execute("UPDATE account SET available = available + 1 WHERE world = 7");
        await pass.SweepAsync(TimeSpan.FromDays(1), TestContext.Current.CancellationToken);
        Assert.Empty(await Findings.ListOpenAsync());

        clock.Ahead = TimeSpan.Zero;
        await pass.SweepAsync(TimeSpan.FromDays(1), TestContext.Current.CancellationToken);
        Assert.NotEmpty(await Findings.ListOpenAsync());
    }

    [Fact]
    public async Task A_resolved_finding_frees_the_account_and_is_not_found_again()
    {
        var bank = await DoBusinessAsync();
        Database.Execute("UPDATE account SET available = available + 1 WHERE world = 7");
        await Pass.SweepAsync(TimeSpan.Zero, TestContext.Current.CancellationToken);
        var finding = Assert.Single(await Findings.ListOpenAsync()).Row;

        Assert.NotNull(await Findings.ResolveAsync(finding.Id));
        Assert.NotNull(await Findings.ResolveAsync(finding.Id));
        Assert.Null(await Findings.ResolveAsync(Rows.Id<FindingRow>(99)));
        await Pass.SweepAsync(TimeSpan.Zero, TestContext.Current.CancellationToken);

        Assert.Empty(await Findings.ListOpenAsync());
        Assert.Equal(AccountState.Active, AccountState);
        await bank.PayAsync(7, 1_00);
    }

    [Fact]
    public async Task An_account_stays_frozen_until_its_last_finding_is_resolved()
    {
        await DoBusinessAsync();
        Database.Execute("UPDATE account SET available = available + 1, day_outflow = 0 WHERE world = 7");
        await Pass.SweepAsync(TimeSpan.Zero, TestContext.Current.CancellationToken);
        var found = await Findings.ListOpenAsync();
        Assert.Equal(2, found.Count);

        await Findings.ResolveAsync(found.Single(one => one.Row.StateBefore is not null).Row.Id);
        Assert.Equal(AccountState.Frozen, AccountState);

        await Findings.ResolveAsync(found.Single(one => one.Row.StateBefore is null).Row.Id);
        Assert.Equal(AccountState.Active, AccountState);
    }

    /// <summary>Whatever is found while a finding is being resolved, before or after it was asked what else is open.</summary>
    [InlineData(1)]
    [InlineData(2)]
    [Theory]
    public async Task What_is_found_while_a_finding_is_resolved_keeps_the_account_frozen(int more)
    {
        await DoBusinessAsync();
        await Findings.ReportAsync(Rows.World, Wrong(0));
        var first = Assert.Single(await Findings.ListOpenAsync()).Row;
        var found = 0;
        Store.HasRead = async table =>
        {
            if (table == AccountTables.Accounts.Name && found < more)
            {
                await Findings.ReportAsync(Rows.World, Wrong(++found));
            }
        };

        await Findings.ResolveAsync(first.Id);
        Store.HasRead = null;

        Assert.Equal(AccountState.Frozen, AccountState);
        var open = await Findings.ListOpenAsync();
        Assert.Equal(more, open.Count);
        Assert.Single(open, one => one.Row.StateBefore is not null);
        foreach (var finding in open)
        {
            Assert.Equal(AccountState.Frozen, AccountState);
            await Findings.ResolveAsync(finding.Row.Id);
        }

        Assert.Equal(AccountState.Active, AccountState);
    }

    /// <summary>The one that was to hold the account is resolved before it does, and a third is still open.</summary>
    [Fact]
    public async Task What_is_resolved_while_another_is_does_not_free_the_account_of_a_third()
    {
        await DoBusinessAsync();
        for (var number = 0; number < 3; number++)
        {
            await Findings.ReportAsync(Rows.World, Wrong(number));
        }

        var open = await Findings.ListOpenAsync();
        var holder = open.Single(one => one.Row.StateBefore is not null).Row.Id;
        var next = open.Select(one => one.Row.Id).Where(id => id != holder).MinBy(id => id.Value.ToString());
        var resolving = true;
        Store.HasRead = async table =>
        {
            if (resolving && table == AccountTables.Accounts.Name)
            {
                resolving = false;
                await Findings.ResolveAsync(next);
            }
        };

        await Findings.ResolveAsync(holder);
        Store.HasRead = null;

        var last = Assert.Single(await Findings.ListOpenAsync()).Row;
        Assert.Equal(AccountState.Frozen, AccountState);
        await Findings.ResolveAsync(last.Id);
        Assert.Equal(AccountState.Active, AccountState);
    }

    [Fact]
    public async Task There_is_no_false_alarm_under_load()
    {
        var bank = await DoBusinessAsync();
        var paying = Task.Run(async () =>
        {
            for (var round = 0; round < 20; round++)
            {
                await Task.WhenAll(
                    Enumerable
                        .Range(0, 10)
                        .Select(n => Engine.SubmitAsync(bank.Payment(100 + (round * 10) + n, 1)))
                );
            }
        });
        var chain = NewChain();
        while (!paying.IsCompleted)
        {
            await SealAllAsync(chain);
            await Pass.CheckAsync();
            await Pass.SweepAsync(TimeSpan.Zero, TestContext.Current.CancellationToken);
        }

        await paying;
        await SealAllAsync(chain);
        while (await Pass.CheckAsync()) { }

        Assert.Empty(await Findings.ListOpenAsync());
        Assert.Empty(new BooksAudit(Store).FindViolations());
        await AssertSoundAsync();
    }

    /// <summary>Between any two of its statements somebody pays, and all of it is sealed and signed.</summary>
    [Fact]
    public async Task What_is_paid_between_two_of_its_statements_is_no_violation()
    {
        var bank = await DoBusinessAsync();
        await SealAllAsync(Chain);
        var paid = 100;
        Store.HasRead = async _ =>
        {
            await bank.PayAsync(paid++, 1);
            await SealAllAsync(Chain);
            await Chain.SignAsync(now: true);
        };

        Assert.True(await Pass.CheckAsync());
        await Pass.SweepAsync(TimeSpan.Zero, TestContext.Current.CancellationToken);
        var verdict = await VerifyAsync();

        Store.HasRead = null;
        Assert.InRange(paid, 120, int.MaxValue);
        Assert.Empty(await Findings.ListOpenAsync());
        Assert.Null(verdict.Broken);
    }

    /// <summary>Every payment moves the bank's own accounts: what a check takes must not grow with all they ever saw.</summary>
    [Fact]
    public async Task The_history_of_the_banks_own_accounts_is_not_gone_through()
    {
        await DoBusinessAsync();
        await SealAllAsync(Chain);
        var asked = new NpgsqlCommand();
        Store.Querying = query => query.WriteTo(new PostgresParameters(asked.Parameters));

        while (await Pass.CheckAsync()) { }

        var ids = asked.Parameters.Select(parameter => parameter.Value).OfType<Guid>().ToHashSet();
        Assert.Contains(Rows.Account.Id.Value, ids);
        Assert.DoesNotContain(Rows.Settlement.EntryAccountId(), ids);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_auditor_that_failed_goes_on_and_ends_when_it_is_told_to()
    {
        await DoBusinessAsync();
        Database.Execute("UPDATE account SET available = available + 1 WHERE world = 7");
        var failures = 2;
        Store.Committing = _ =>
        {
            if (failures-- > 0)
            {
                throw new InvalidOperationException("The store fails.");
            }
        };
        var options = new AuditOptions { CheckEvery = TimeSpan.FromMilliseconds(10) };
        using var auditor = new Auditor(
            Chain,
            Pass,
            options,
            TimeProvider.System,
            NullLogger<Auditor>.Instance
        );

        await auditor.StartAsync(TestContext.Current.CancellationToken);
        while ((await Findings.ListOpenAsync()).Count == 0)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        await auditor.StopAsync(TestContext.Current.CancellationToken);
        Assert.True(failures <= 0);
        Assert.Equal(TaskStatus.RanToCompletion, auditor.ExecuteTask!.Status);
    }

    [Fact]
    public async Task Apps_that_may_use_the_account_are_told_once_that_it_is_frozen_and_that_it_is_free()
    {
        await DoBusinessAsync();
        await ConsentAsync(app: 2, ConsentState.Revoked);
        await ConsentAsync(app: 3, ConsentState.Authorized);
        Database.Execute("UPDATE account SET available = available + 1, day_outflow = 0 WHERE world = 7");
        var version = Store.Find(AccountTables.Accounts, Rows.World, Rows.Account.Id)!.Version;

        await Pass.SweepAsync(TimeSpan.Zero, TestContext.Current.CancellationToken);
        foreach (var finding in await Findings.ListOpenAsync())
        {
            await Findings.ResolveAsync(finding.Row.Id);
        }

        // The second finding makes a version, too, and is told to nobody.
        Assert.Equal(
            [
                (Rows.App.Id.Value, EventTypes.AccountFrozen, version + 1, "frozen"),
                (Rows.Id<AppRow>(3).Value, EventTypes.AccountFrozen, version + 1, "frozen"),
                (Rows.App.Id.Value, EventTypes.AccountUnfrozen, version + 3, "active"),
                (Rows.Id<AppRow>(3).Value, EventTypes.AccountUnfrozen, version + 3, "active"),
            ],
            StoredRows
                .Events(Store, Rows.World)
                .Where(told => told.Type.StartsWith("account.", StringComparison.Ordinal))
                .Select(told => (told.AppId, told.Type, told.Sequence, told.Status))
                .OrderBy(told => told.Sequence)
                .ThenBy(told => told.AppId)
        );
    }

    /// <summary>A consent of the customer to another app.</summary>
    private async Task ConsentAsync(int app, ConsentState state) =>
        await Engine.SubmitAsync(
            new Probe(
                Rows.World,
                book =>
                {
                    book.Insert(
                        ConsentTables.Consents,
                        Rows.Consent with
                        {
                            Id = Rows.Id<ConsentRow>(app),
                            AppId = Rows.Id<AppRow>(app),
                            State = state,
                        }
                    );
                    return Decision.Accept(0);
                }
            )
        );

    /// <summary>One of several things that are wrong with the account.</summary>
    private static Violation Wrong(int number) =>
        new(BooksRule.BalanceIsSumOfEntries, Rows.Account.Id.Value, Rows.Account.Id.Value, number);

    private async Task AssertFrozenAsync(SmallBank bank)
    {
        var payment = Assert.IsType<Declined<PaymentRow>>(await Engine.SubmitAsync(bank.Payment(8, 1_00)));
        Assert.Equal(DeclineCodes.AccountFrozen, payment.Reply.DeclineCode);
        var topUp = Assert.IsType<Declined<TopUpRow>>(
            await Engine.SubmitAsync(
                new CreateTopUp(
                    Rows.World,
                    Rows.Noon,
                    Rows.Id<TopUpRow>(8),
                    Rows.Id<IntentRow>(8),
                    Rows.Agreement,
                    1_00,
                    Rows.Noon
                )
            )
        );
        Assert.Equal(DeclineCodes.AccountFrozen, topUp.Reply.DeclineCode);
    }
}
