using Npgsql;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Audit;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Storage.Postgres;
using OpenBanking.Tests.Storage.Ledger;

namespace OpenBanking.Tests.Storage.Audit;

/// <summary>An auditor sums up the lines of an account's day once, and goes on from there.</summary>
public abstract class AuditorDayTests<TDatabase> : AuditSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private AuditorPass? pass;

    /// <summary>One that remembers what it has summed up.</summary>
    private AuditorPass Pass =>
        pass ??= new(
            Store,
            new AuditVerifier(Store, Keys, new()),
            Findings,
            new(),
            TimeProvider.System,
            Engine
        );

    [Fact]
    public async Task A_line_is_read_once_however_often_the_account_pays_on_its_day()
    {
        var bank = await DoBusinessAsync();
        await CheckAsync();
        var lines = Store.Find(AccountTables.Accounts, Rows.World, Rows.Account.Id)!.Entries;
        await bank.PayAsync(3, 1_00);
        var asked = new NpgsqlCommand();
        Store.Querying = query =>
        {
            if (query.Text.Contains(OutflowCounters.LinesSince, StringComparison.Ordinal))
            {
                query.WriteTo(new PostgresParameters(asked.Parameters));
            }
        };

        await CheckAsync();

        var after = asked.Parameters.Select(parameter => parameter.Value).OfType<long>().Distinct();
        Assert.Equal([lines, long.MaxValue], after.Order());
        Assert.Empty(await Findings.ListOpenAsync());
    }

    [InlineData("day_outflow = day_outflow + 1")]
    [InlineData("day_outflow = 0")]
    [Theory]
    public async Task A_counter_that_was_right_when_it_was_summed_up_is_found_wrong_later(string change)
    {
        var bank = await DoBusinessAsync();
        await CheckAsync();
        Database.Execute($"UPDATE account SET {change} WHERE world = 7");
        await bank.PayAsync(3, 1_00);

        await CheckAsync();

        var finding = Assert.Single(await Findings.ListOpenAsync()).Row;
        Assert.Equal((OutflowCounters.Rule, Rows.Account.Id.Value), (finding.Rule, finding.AccountId));
    }

    [Fact]
    public async Task What_comes_back_of_what_was_summed_up_is_taken_off()
    {
        var bank = await DoBusinessAsync();
        var payment = await bank.PayAsync(3, 5_00);
        var held = await bank.HoldAsync(4, 6_00);
        await CheckAsync();

        await bank.RefundAsync(2, payment, 2_00);
        await bank.CancelAsync(held);
        await CheckAsync();
        Assert.Empty(await Findings.ListOpenAsync());

        Database.Execute("UPDATE account SET day_outflow = day_outflow + 200 WHERE world = 7");
        await bank.PayAsync(5, 1_00);
        await CheckAsync();
        Assert.Equal(OutflowCounters.Rule, Assert.Single(await Findings.ListOpenAsync()).Row.Rule);
    }

    [Fact]
    public async Task Another_day_is_summed_up_from_its_beginning()
    {
        var bank = await DoBusinessAsync();
        await CheckAsync();
        var tomorrow = Rows.Noon.AddDays(1);
        await Engine.SubmitAsync(bank.Payment(3, 1_00) with { Now = tomorrow });
        await CheckAsync();
        await Engine.SubmitAsync(bank.Payment(4, 2_00) with { Now = tomorrow });
        await CheckAsync();
        Assert.Empty(await Findings.ListOpenAsync());

        Database.Execute("UPDATE account SET day_outflow = day_outflow - 100 WHERE world = 7");
        await Engine.SubmitAsync(bank.Payment(5, 3_00) with { Now = tomorrow });
        await CheckAsync();
        Assert.Equal(OutflowCounters.Rule, Assert.Single(await Findings.ListOpenAsync()).Row.Rule);
    }

    [Fact]
    public async Task What_came_back_of_nothing_is_told_and_does_not_end_the_check()
    {
        await DoBusinessAsync();
        Database.Execute("DELETE FROM refund WHERE world = 7");

        await CheckAsync();

        Assert.NotEmpty(await Findings.ListOpenAsync());
    }

    /// <summary>As the whole store is, when an older copy of it takes its place.</summary>
    [Fact]
    public async Task An_account_with_fewer_lines_than_were_summed_up_is_read_anew()
    {
        var bank = await DoBusinessAsync();
        var before = Store.Find(AccountTables.Accounts, Rows.World, Rows.Account.Id)!;
        await bank.PayAsync(3, 1_00);
        await bank.PayAsync(4, 1_00);
        var outflows = new RecentOutflows();
        var now = Store.Find(AccountTables.Accounts, Rows.World, Rows.Account.Id)!;
        Assert.Empty(await outflows.FindWrongDaysAsync(Store, Rows.World, [now]));
        Database.UnguardEntries();
        Database.Execute(
            $"DELETE FROM entry WHERE world = 7 AND balance_after IS NOT NULL AND sequence > {before.Entries}"
        );

        Assert.Empty(await outflows.FindWrongDaysAsync(Store, Rows.World, [before]));
        var wrong = before with { DayOutflow = now.DayOutflow };
        Assert.Equal([wrong], await outflows.FindWrongDaysAsync(Store, Rows.World, [wrong]));
    }

    private async Task CheckAsync()
    {
        await SealAllAsync(Chain);
        while (await Pass.CheckAsync()) { }
    }
}
