using Microsoft.Extensions.Logging.Abstractions;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Audit;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Worlds;
using OpenBanking.Tests.Storage.Engine;

namespace OpenBanking.Tests.Storage.Audit;

/// <summary>Whatever was done to what is sealed, the auditor tells of it and goes on to what comes after.</summary>
public abstract class AuditorGapTests<TDatabase> : AuditSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    /// <summary>More positions than are checked at once.</summary>
    private const int Many = 25;

    private AuditorPass Pass =>
        new(Store, new AuditVerifier(Store, Keys, new()), Findings, new(), TimeProvider.System, Engine);

    private AccountState AccountState =>
        Store.Find(AccountTables.Accounts, Rows.World, Rows.Account.Id)!.State;

    private long CheckedTo => Store.Find(AuditTables.Progress, World.Live, new AuditProgressKey(0))!.Position;

    [InlineData("records = digest")]
    [InlineData("records = digest, digest = records")]
    [Theory]
    public async Task A_record_that_cannot_be_read_does_not_keep_it_from_what_comes_after(string change)
    {
        await PutAsync(Many);
        await DoBusinessAsync();
        await SealAllAsync(Chain);
        Database.UnguardAudit();
        Database.Execute(
            $"""
            UPDATE audit_record SET {change} WHERE id = (SELECT record_id FROM audit_seal WHERE position = 3);
            UPDATE account SET available = available + 1 WHERE world = 7
            """
        );

        Assert.Equal(
            ((string[])[AuditorPass.ChainRule, BooksRule.BalanceIsSumOfEntries]).Order(),
            (await CheckAllAsync()).Order()
        );
        Assert.Equal($"{CheckedTo}", Count("audit_seal"));
        Assert.Equal(AccountState.Frozen, AccountState);
        Assert.Contains("Position 3 of the chain was changed", (await VerifyAsync()).Broken!);
    }

    [Fact]
    public async Task A_record_that_could_not_be_read_when_it_was_sealed_is_found()
    {
        await PutAsync(1);
        Database.UnguardAudit();
        Database.Execute("UPDATE audit_record SET records = digest");
        await PutAsync(2);

        await SealAllAsync(Chain);

        Assert.Equal([AuditorPass.ChainRule], await CheckAllAsync());
        Assert.Equal(3, CheckedTo);
    }

    /// <summary>Somebody who writes the whole chain anew is found by the heads, and meets no error.</summary>
    [Fact]
    public async Task A_record_that_was_sealed_and_cannot_be_read_is_found_by_that_alone()
    {
        var record = new AuditRecordRow
        {
            Id = Rows.Id<JournalRow>(1),
            CreatedAt = Rows.Noon,
            Entries = 0,
            Records = [0],
            Digest = [],
        };
        await Engine.SubmitAsync(
            new Probe(
                World.Live,
                book =>
                {
                    book.Insert(
                        AuditTables.Records,
                        record with
                        {
                            Digest = AuditDigests.Of(book.World, record),
                        }
                    );
                    book.Insert(AuditTables.Unsealed, new AuditUnsealedRow { Id = record.Id });
                    return Decision.Accept(0);
                }
            )
        );
        await SealAllAsync(Chain);

        Assert.Equal([AuditorPass.ChainRule], await CheckAllAsync());
        Assert.Contains("of the chain cannot be read", (await VerifyAsync()).Broken!);
    }

    [InlineData("position = 4")]
    [InlineData("position = 5")]
    [InlineData("position > 3")]
    [InlineData("position > 5")]
    [InlineData("position = 3")]
    [Theory]
    public async Task Links_that_are_gone_since_it_last_looked_are_missed_once(string gone)
    {
        await PutAsync(3);
        await SealAllAsync(Chain);
        Assert.Empty(await CheckAllAsync());
        await PutAsync(4);
        await SealAllAsync(Chain);
        Database.UnguardAudit();
        Database.Execute($"DELETE FROM audit_seal WHERE {gone}");

        Assert.Equal([AuditorPass.ChainRule], await CheckAllAsync());
        Assert.Equal(7, CheckedTo);
        Assert.False(await Pass.CheckAsync());
    }

    [Fact]
    public async Task The_first_link_of_all_is_missed()
    {
        await PutAsync(3);
        await SealAllAsync(Chain);
        Database.UnguardAudit();
        Database.Execute("DELETE FROM audit_seal WHERE position = 1");

        Assert.Equal([AuditorPass.ChainRule], await CheckAllAsync());
    }

    [Fact]
    public async Task An_end_that_was_cut_off_is_missed_and_what_is_sealed_after_that_is_checked()
    {
        await PutAsync(5);
        await SealAllAsync(Chain);
        Assert.Empty(await CheckAllAsync());
        Database.UnguardAudit();
        Database.Execute(
            """
            DELETE FROM audit_seal WHERE position > 3;
            DELETE FROM audit_unsealed;
            UPDATE audit_chain SET position = 3, hash = (SELECT hash FROM audit_seal WHERE position = 3)
            """
        );

        Assert.Equal([AuditorPass.ChainRule], await CheckAllAsync());
        Assert.Equal(3, CheckedTo);

        await DoBusinessAsync();
        await SealAllAsync(Chain);
        Database.Execute("UPDATE account SET available = available + 1 WHERE world = 7");
        Assert.Equal(
            ((string[])[AuditorPass.ChainRule, BooksRule.BalanceIsSumOfEntries]).Order(),
            (await CheckAllAsync()).Order()
        );
    }

    [Fact]
    public async Task A_chain_that_has_not_begun_lacks_nothing()
    {
        Assert.False(await Pass.CheckAsync());
        await Pass.SweepAsync(TimeSpan.Zero, TestContext.Current.CancellationToken);
        Assert.True(await Chain.HoldAsync());
        Assert.False(await Pass.CheckAsync());

        Assert.Empty(await Findings.ListOpenAsync());
    }

    /// <summary>Between any two of its statements more is sealed, and another node's auditor is done with all of it.</summary>
    [Fact]
    public async Task What_others_seal_and_check_while_it_reads_is_not_missing()
    {
        await PutAsync(Many);
        await SealAllAsync(Chain);
        var reads = 0;
        Store.HasRead = async _ =>
        {
            reads++;
            await PutAsync(1);
            await SealAllAsync(Chain);
            while (await Pass.CheckAsync()) { }
        };

        for (var stretch = 0; stretch < 3; stretch++)
        {
            await Pass.CheckAsync();
        }

        Store.HasRead = null;
        Assert.InRange(reads, 6, int.MaxValue);
        Assert.Empty(await CheckAllAsync());
        await AssertSoundAsync();
    }

    /// <summary>The sweep reads what the checks never ask for.</summary>
    [Fact(Timeout = 60_000)]
    public async Task A_sweep_that_keeps_failing_does_not_keep_it_from_what_is_sealed()
    {
        await DoBusinessAsync();
        await SealAllAsync(Chain);
        Database.Execute("UPDATE account SET available = available + 1 WHERE world = 7");
        var failures = 0;
        Store.Querying = query =>
        {
            if (query.Text.Contains("coupon_stock", StringComparison.Ordinal))
            {
                failures++;
                throw new InvalidOperationException("The sweep fails.");
            }
        };
        using var auditor = new Auditor(
            Chain,
            Pass,
            new() { CheckEvery = TimeSpan.FromMilliseconds(10) },
            TimeProvider.System,
            NullLogger<Auditor>.Instance
        );

        await auditor.StartAsync(TestContext.Current.CancellationToken);
        while (failures < 2 || (await Findings.ListOpenAsync()).Count == 0)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        await auditor.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(AccountState.Frozen, AccountState);
        Assert.Equal(TaskStatus.RanToCompletion, auditor.ExecuteTask!.Status);
    }

    /// <summary>The clock of a sandbox is moved on while a payment waits to be decided.</summary>
    [InlineData(false)]
    [InlineData(true)]
    [Theory]
    public async Task A_payment_that_was_decided_days_after_its_time_is_no_violation(bool held)
    {
        var bank = await DoBusinessAsync();
        await Engine.SubmitAsync(bank.Payment(20, 3_00) with { Now = Rows.Noon.AddDays(8) });
        var late = held ? await bank.HoldAsync(21, 5_00) : await bank.PayAsync(21, 5_00);
        await SealAllAsync(Chain);
        await AssertNothingIsFoundAsync();

        late = held ? await bank.CaptureAsync(late, 4_00, final: true) : late;
        await bank.RefundAsync(20, late, 2_00);
        await SealAllAsync(Chain);
        await AssertNothingIsFoundAsync();
        Assert.Equal(Rows.Today.AddDays(8), late.BusinessDate);
    }

    [Fact]
    public async Task The_same_over_the_new_year()
    {
        var bank = await DoBusinessAsync();
        var newYear = new DateTimeOffset(Rows.Noon.Year + 1, 1, 5, 12, 0, 0, Rows.Noon.Offset);
        DateTimeOffset[] times = [newYear.AddDays(-60), newYear, newYear.AddDays(-10), newYear.AddDays(30)];
        foreach (var (number, now) in times.Index())
        {
            Assert.IsType<Accepted<PaymentRow>>(
                await Engine.SubmitAsync(bank.Payment(20 + number, 3_00) with { Now = now })
            );
        }

        await SealAllAsync(Chain);

        await AssertNothingIsFoundAsync();
    }

    [InlineData("day_outflow = day_outflow - 501")]
    [InlineData("day_outflow = day_outflow + 1")]
    [InlineData("year_outflow = year_outflow - 1")]
    [InlineData("year_outflow = year_outflow + 1")]
    [Theory]
    public async Task A_counter_that_late_payments_do_not_explain_is_found(string change)
    {
        var bank = await DoBusinessAsync();
        await Engine.SubmitAsync(bank.Payment(20, 3_00) with { Now = Rows.Noon.AddDays(8) });
        await bank.PayAsync(21, 5_00);
        await SealAllAsync(Chain);
        Database.Execute($"UPDATE account SET {change} WHERE world = 7");

        await Pass.SweepAsync(TimeSpan.Zero, TestContext.Current.CancellationToken);

        Assert.Equal(
            [OutflowCounters.Rule],
            (await Findings.ListOpenAsync()).Select(found => found.Row.Rule)
        );
    }

    /// <summary>What a payment's row says of its day takes nothing off the day that its line is of.</summary>
    [Fact]
    public async Task A_payments_row_cannot_take_its_line_off_the_day()
    {
        await DoBusinessAsync();
        await SealAllAsync(Chain);
        var id = Rows.Id<PaymentRow>(1);
        await Engine.SubmitAsync(
            new Probe(
                Rows.World,
                book =>
                {
                    var payment = book.Get(PaymentTables.Payments, id);
                    book.Update(
                        PaymentTables.Payments,
                        payment with
                        {
                            BusinessDate = payment.BusinessDate.AddYears(1),
                        }
                    );
                    return Decision.Accept(0);
                },
                keys => keys.Want(PaymentTables.Payments, id)
            )
        );
        Database.Execute(
            "UPDATE account SET day_outflow = day_outflow - 2000, year_outflow = year_outflow - 2000 WHERE world = 7"
        );

        Assert.Equal([OutflowCounters.Rule], await CheckAllAsync());
    }

    private async Task AssertNothingIsFoundAsync()
    {
        Assert.Empty(await CheckAllAsync());
        await Pass.SweepAsync(TimeSpan.Zero, TestContext.Current.CancellationToken);
        Assert.Empty(await Findings.ListOpenAsync());
        Assert.Empty(new BooksAudit(Store).FindViolations());
        Assert.Equal(AccountState.Active, AccountState);
    }

    /// <summary>Checks all that is sealed; gives the rules that were found broken by now.</summary>
    private async Task<IEnumerable<string>> CheckAllAsync()
    {
        for (var stretches = 0; await Pass.CheckAsync(); stretches++)
        {
            Assert.InRange(stretches, 0, 100);
        }

        return (await Findings.ListOpenAsync()).Select(found => found.Row.Rule);
    }

    /// <summary>So many records, each of a batch of its own.</summary>
    private async Task PutAsync(int count)
    {
        var first = 1_000 + int.Parse(Count("audit_record")!);
        for (var number = first; number < first + count; number++)
        {
            await Engine.SubmitAsync(Probe.Put(number));
        }
    }
}
