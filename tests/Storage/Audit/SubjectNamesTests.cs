using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Audit;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Refunds;

namespace OpenBanking.Tests.Storage.Audit;

/// <summary>What is wrong is named by the ids that operators know, whatever kind of thing it is.</summary>
public abstract class SubjectNamesTests<TDatabase> : AuditSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private const string Rule = BooksRule.DebitsEqualCredits;

    private static readonly string account = $"{Rows.Account.Id}";

    [Fact]
    public async Task Each_kind_has_its_ids()
    {
        await DoBusinessAsync();

        Assert.Equal(account, await TellAsync(Rows.Account.Id, ofAccount: true));
        Assert.Equal(account, await TellAsync(Rows.Account.Id));
        await AssertNamedAsync(Rows.Id<PaymentRow>(2));
        await AssertNamedAsync(Rows.Id<RefundRow>(1));
        await AssertNamedAsync(Rows.Id<CouponRow>(1));
        await AssertNamedAsync(Rows.Stock.Id);
        await AssertNamedAsync((await Store.ListAsync(AuditTables.Records, Rows.World, $"1 = 1"))[0].Id);
    }

    [Fact]
    public async Task What_has_no_id_is_named_as_well_as_can_be()
    {
        await DoBusinessAsync();
        var gone = Rows.Id<PaymentRow>(99);

        Assert.Equal($"row {gone.Value} of {account}", await TellAsync(gone, ofAccount: true));
        Assert.Equal(
            $"the bank's PartnerSettlement of {Rows.App.PartnerId}",
            await TellAsync(new Id<AccountRow>(Rows.Settlement.EntryAccountId()))
        );
        Assert.Equal(
            "from position 3 of the chain on",
            await Names.TellAsync(
                Rows.World,
                new Violation(AuditorPass.ChainRule, gone.Value, Account: null, 3)
            )
        );
    }

    [Fact]
    public async Task The_log_names_the_account()
    {
        await DoBusinessAsync();
        var lines = new ConcurrentQueue<string>();
        using var log = LoggerFactory.Create(logging => logging.AddProvider(new LogRecorder(lines)));
        var findings = new Findings(
            Store,
            Engine,
            new AccountConsents(Store),
            Clock,
            log.CreateLogger<Findings>()
        );

        await findings.ReportAsync(
            Rows.World,
            new(Rule, Rows.Id<PaymentRow>(2).Value, Rows.Account.Id.Value, 1)
        );

        Assert.Contains(
            $"it does not hold that {Rule} ({Rows.Id<PaymentRow>(2)} of {account}); account frozen: True",
            Assert.Single(lines),
            StringComparison.Ordinal
        );
    }

    /// <summary>Six payments that say more was refunded than was: five are named.</summary>
    [Fact]
    public async Task Some_of_the_places_are_named_and_the_others_counted()
    {
        var bank = await DoBusinessAsync();
        for (var payment = 11; payment <= 14; payment++)
        {
            await bank.PayAsync(payment, 1_00);
        }

        Database.Execute("UPDATE payment SET refunded = refunded + 1 WHERE world = 7");

        var run = await WhileStoppedAsync(() =>
            ServerProgram.RunAsync(["verify-books", .. Database.Settings])
        );

        Assert.Equal((ServerProgram.Failed, ""), (run.ExitCode, run.Error));
        var output = run.Output.ToList();
        var at = output.IndexOf("VIOLATED 6 times: what was refunded is the sum of the refunds");
        Assert.NotEqual(-1, at);
        Assert.All(
            output.GetRange(at + 1, 5),
            line => Assert.Matches($"^  pay_[0-9a-z]{{26}} of {account} in world 7$", line)
        );
        Assert.Equal("  and 1 more", output[at + 6]);
    }

    private SubjectNames Names => new(Store);

    private async Task AssertNamedAsync<T>(Id<T> id)
        where T : IIdentified
    {
        Assert.Equal($"{id}", await TellAsync(id));
        Assert.Equal($"{id} of {account}", await TellAsync(id, ofAccount: true));
    }

    private Task<string> TellAsync<T>(Id<T> subject, bool ofAccount = false)
        where T : IIdentified =>
        Names.TellAsync(
            Rows.World,
            new Violation(Rule, subject.Value, ofAccount ? Rows.Account.Id.Value : null, Measure: 1)
        );
}
