using System.Globalization;
using OpenBanking.Server;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Worlds;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>A bank's own limits, of which others come into force while its servers run.</summary>
public sealed class LimitVersionTests(SharedServer shared) : IAsyncDisposable
{
    private readonly string file = Path.GetTempFileName();
    private TestServer? server;

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }

        File.Delete(file);
    }

    [Fact]
    public async Task What_is_shown_and_what_declines_changes_at_midnight_of_the_day_and_not_before()
    {
        var change = BusinessCalendar.DateOf(DateTimeOffset.UtcNow).AddDays(3);
        await WriteAsync((new(2020, 1, 1), 100_00, 1_000_00), (change, 30_00, 600_00));
        server = await TestServer.StartAsync(settings: $"Limits:Rules={file}");
        var partner = await TestPartner.NewAsync(server.Address);
        var customer = await partner.LinkAsync();
        await partner.TopUpAsync(customer, Money.Yuan(200));

        await AdvanceToAsync(partner, BusinessCalendar.StartOf(change).AddMinutes(-5));
        var before = await LimitsAsync(partner, customer);
        Assert.Equal(change.AddDays(-1), before.BusinessDate);
        Assert.Equal((Money.Yuan(100), Money.Yuan(1_000)), (before.Day.Limit, before.Year.Limit));
        Assert.Null((await partner.PayAsync(customer, "order-1", Money.Yuan(31))).DeclineCode);

        await AdvanceToAsync(partner, BusinessCalendar.StartOf(change));
        var after = await LimitsAsync(partner, customer);
        Assert.Equal(change, after.BusinessDate);
        Assert.Equal((Money.Yuan(30), Money.Yuan(600)), (after.Day.Limit, after.Year.Limit));
        Assert.Equal((Money.Yuan(0), Money.Yuan(30)), (after.Day.Used, after.Day.Left));
        Assert.Equal(
            DeclineCodes.AccountDailyLimit,
            (await partner.PayAsync(customer, "order-2", Money.Yuan(30.01m))).DeclineCode
        );
        Assert.Null((await partner.PayAsync(customer, "order-3", Money.Yuan(30))).DeclineCode);

        // Another server of the same process has its own.
        Assert.Equal(
            10_000_00,
            shared.Server.Get<LimitRules>().For(AccountType.TypeTwo.Value, change).DailyOutflow
        );
    }

    [Fact]
    public async Task A_file_with_a_limit_of_nothing_keeps_the_server_from_starting()
    {
        await WriteAsync((new(2020, 1, 1), 100_00, 0));

        var refusal = Assert.Throws<WrongSettingException>(() =>
            OpenBanking.Server.Program.Build([$"--Limits:Rules={file}"])
        );

        Assert.Contains("version 1 (from 2020-01-01), type_ii: yearly_outflow", refusal.Message);
    }

    private Task WriteAsync(params (DateOnly From, long OfDay, long OfYear)[] versions)
    {
        var written = versions.Select(version =>
        {
            var limits = $$"""
                {"daily_outflow":{{version.OfDay}},"yearly_outflow":{{version.OfYear}},"accounts_per_person":5,
                "cards_per_account":5,"code_above":1000}
                """;
            var from = version.From.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            return $$$$"""
                {"effective":"{{{{from}}}}","source":"the bank","minimum_age":16,
                "types":{"type_ii":{{{{limits}}}},"type_iii":{{{{limits}}}}}}
                """;
        });
        return File.WriteAllTextAsync(file, $"[{string.Join(",", written)}]");
    }

    private async Task AdvanceToAsync(TestPartner partner, DateTimeOffset instant)
    {
        World world = new(partner.SandboxNumber);
        var now = await server!.Get<WorldClocks>().NowAsync(world);
        await server!.Get<SandboxClock>().AdvanceAsync(world, instant - now + TimeSpan.FromSeconds(1));
    }

    private static Task<SpendingLimits> LimitsAsync(TestPartner partner, LinkedCustomer customer) =>
        partner.Client.Accounts.GetLimitsAsync(customer.CustomerId, customer.AccountId!);
}
