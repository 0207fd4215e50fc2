using OpenBanking.Server.Accounts;
using OpenBanking.Server.Audit;
using OpenBanking.Tests.Storage.Engine;

namespace OpenBanking.Tests.Storage.Audit;

/// <summary>What becomes of findings that were put right, and of those that somebody who can write to the database hides.</summary>
public abstract class FindingTests<TDatabase> : AuditSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private const string Stock = "UPDATE coupon_stock SET issued = issued";
    private const string Balance = "UPDATE account SET available = available";

    private AuditorPass Pass =>
        new(Store, new AuditVerifier(Store, Keys, new()), Findings, new(), TimeProvider.System, Engine);

    private Task<ServerRun> VerifyBooksAsync() =>
        WhileStoppedAsync(() => ServerProgram.RunAsync(["verify-books", .. Database.Settings]));

    private AccountState AccountState =>
        Store.Find(AccountTables.Accounts, Rows.World, Rows.Account.Id)!.State;

    [InlineData(Stock, AccountState.Active)]
    [InlineData(Balance, AccountState.Frozen)]
    [Theory]
    public async Task A_wrong_that_was_put_right_and_resolved_is_found_when_it_happens_again(
        string change,
        AccountState then
    )
    {
        await DoBusinessAsync();
        for (var time = 0; time < 3; time++)
        {
            Database.Execute($"{change} + 1 WHERE world = 7");
            await SweepAsync();
            var found = Assert.Single(await Findings.ListOpenAsync()).Row;
            Assert.Equal(then, AccountState);

            Database.Execute($"{change} - 1 WHERE world = 7");
            await Findings.ResolveAsync(found.Id);
            await SweepAsync();
            Assert.Empty(await Findings.ListOpenAsync());
            Assert.Equal(AccountState.Active, AccountState);
        }

        Assert.Equal("3", Count("audit_finding"));
    }

    /// <summary>The sweep comes between what puts it right and what resolves it.</summary>
    [Fact]
    public async Task A_wrong_that_was_put_right_before_a_sweep_and_resolved_after_it_is_found_again()
    {
        await DoBusinessAsync();
        Database.Execute($"{Balance} + 1 WHERE world = 7");
        await SweepAsync();
        var found = Assert.Single(await Findings.ListOpenAsync()).Row;
        Database.Execute($"{Balance} - 1 WHERE world = 7");
        await SweepAsync();
        Assert.Equal(found.Id, Assert.Single(await Findings.ListOpenAsync()).Row.Id);
        await Findings.ResolveAsync(found.Id);

        Database.Execute($"{Balance} + 1 WHERE world = 7");
        await SealAllAsync(Chain);
        while (await Pass.CheckAsync()) { }

        Assert.NotEqual(found.Id, Assert.Single(await Findings.ListOpenAsync()).Row.Id);
        Assert.Equal(AccountState.Frozen, AccountState);
    }

    /// <summary>Whoever goes by the exit code hears of what is new.</summary>
    [Fact]
    public async Task What_cannot_be_put_right_and_is_resolved_is_known_to_verify_books()
    {
        await DoBusinessAsync();
        Database.Execute($"{Stock} + 1 WHERE world = 7");
        await SweepAsync();
        Assert.Equal(ServerProgram.Failed, (await VerifyBooksAsync()).ExitCode);

        await Findings.ResolveAsync(Assert.Single(await Findings.ListOpenAsync()).Row.Id);
        await SweepAsync();
        var known = await VerifyBooksAsync();
        Assert.Equal(ServerProgram.Ok, known.ExitCode);
        Assert.Equal(
            "KNOWN to be violated 1 times: a stock issued as many coupons as there are",
            known.Output[0]
        );
        Assert.EndsWith("the books balance, but for what is known", known.Output[^1]);

        Database.Execute($"{Stock} + 1 WHERE world = 7");
        var more = await VerifyBooksAsync();
        Assert.Equal(ServerProgram.Failed, more.ExitCode);
        Assert.Equal("VIOLATED 1 times: a stock issued as many coupons as there are", more.Output[0]);
        Assert.EndsWith("the books DO NOT balance", more.Output[^1]);
    }

    /// <summary>Its lines show it, though the account's sum does not.</summary>
    [Fact]
    public async Task A_wrong_that_is_known_by_another_rule_is_not_found_again_and_again()
    {
        await DoBusinessAsync();
        await SealAllAsync(Chain);
        Database.UnguardEntries();
        Database.Execute(
            "UPDATE entry SET balance_after = balance_after + 1 WHERE balance_after IS NOT NULL AND sequence = 4"
        );
        while (await Pass.CheckAsync()) { }
        foreach (var found in await Findings.ListOpenAsync())
        {
            await Findings.ResolveAsync(found.Row.Id);
        }

        await SweepAsync();
        foreach (var found in await Findings.ListOpenAsync())
        {
            await Findings.ResolveAsync(found.Row.Id);
        }

        await SweepAsync();
        Database.Execute("UPDATE audit_progress SET position = 0");
        while (await Pass.CheckAsync()) { }

        Assert.Empty(await Findings.ListOpenAsync());
    }

    [Fact]
    public async Task An_account_that_was_freed_by_hand_while_its_finding_is_open_is_frozen_again()
    {
        await DoBusinessAsync();
        Database.Execute($"{Balance} + 1, day_outflow = 0 WHERE world = 7");
        await SweepAsync();
        var open = await Findings.ListOpenAsync();
        Assert.Equal(2, open.Count);

        Database.Execute(
            "UPDATE account SET state = 2, frozen_for = 0, state_beneath = NULL WHERE world = 7"
        );
        Assert.Equal(AccountState.Active, AccountState);
        Assert.All(await TellAsync(), told => Assert.Equal("; the account is NOT frozen", told));
        await SweepAsync();

        Assert.Equal(AccountState.Frozen, AccountState);
        Assert.All(await TellAsync(), told => Assert.Equal("; the account is frozen", told));
        foreach (var found in open)
        {
            Assert.Equal(AccountState.Frozen, AccountState);
            await Findings.ResolveAsync(found.Row.Id);
        }

        Assert.Equal(AccountState.Active, AccountState);
    }

    [InlineData(Stock, AccountState.Active)]
    [InlineData(Balance, AccountState.Frozen)]
    [Theory]
    public async Task A_finding_that_was_marked_resolved_by_hand_is_reported_anew_once(
        string change,
        AccountState then
    )
    {
        await DoBusinessAsync();
        Database.Execute($"{change} + 1 WHERE world = 7");
        await SweepAsync();
        var hidden = Assert.Single(await Findings.ListOpenAsync()).Row;

        Database.Execute("UPDATE audit_finding SET resolved_at = found_at");
        Database.Execute(
            "UPDATE account SET state = 2, frozen_for = 0, state_beneath = NULL WHERE world = 7"
        );
        await SweepAsync();
        await SweepAsync();

        var again = Assert.Single(await Findings.ListOpenAsync()).Row;
        Assert.NotEqual(hidden.Id, again.Id);
        Assert.Equal((hidden.Rule, hidden.SubjectId), (again.Rule, again.SubjectId));
        Assert.Equal(then, AccountState);
        await Findings.ResolveAsync(again.Id);
        await SweepAsync();
        Assert.Empty(await Findings.ListOpenAsync());
        Assert.Equal(AccountState.Active, AccountState);
    }

    /// <summary>No sweep looks for it a second time.</summary>
    [Fact]
    public async Task A_finding_of_the_chain_that_was_marked_resolved_by_hand_is_reported_anew()
    {
        await DoBusinessAsync();
        await SealAllAsync(Chain);
        Database.UnguardEntries();
        Database.Execute("UPDATE entry SET amount = amount + 1 WHERE kind = 4 AND amount > 0");
        while (await Pass.CheckAsync()) { }
        var hidden = (await Findings.ListOpenAsync()).Single(found =>
            found.Row.Rule == AuditorPass.ChainRule
        );

        Database.Execute("UPDATE audit_finding SET resolved_at = found_at, kept_at = found_at");
        await SweepAsync();

        Assert.Contains(
            await Findings.ListOpenAsync(),
            found => found.Row.Rule == AuditorPass.ChainRule && found.Row.Id != hidden.Row.Id
        );
    }

    private Task SweepAsync() => Pass.SweepAsync(TimeSpan.Zero, TestContext.Current.CancellationToken);

    /// <summary>What is said of the accounts of the open ones.</summary>
    private async Task<IReadOnlyList<string>> TellAsync()
    {
        var told = new List<string>();
        foreach (var (world, finding) in await Findings.ListOpenAsync())
        {
            told.Add(await Findings.TellFrozenAsync(world, finding));
        }

        return told;
    }
}
