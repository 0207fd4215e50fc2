using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using OpenBanking.Testing;

namespace OpenBanking.Tests.Sdk.Testing;

/// <summary>The code of the guide to several clients and to statements does what the guide says.</summary>
public sealed class GuideTests
{
    [Fact]
    public async Task Each_named_client_is_its_own_partner()
    {
        await using var musicBank = await SandboxBank.StartAsync();
        await using var videoBank = await SandboxBank.StartAsync();
        var customer = await musicBank.LinkCustomerAsync(balance: Money.Yuan(100));
        var payment = await musicBank.PayAsync(customer, "order-1", Money.Yuan(19.90m));
        var (music, video) = (OptionsOf(musicBank), OptionsOf(videoBank));
        var services = new ServiceCollection().AddLogging();

        // <named_clients>
        services.AddOpenBanking(
            "music",
            options =>
            {
                options.Authority = music.Authority;
                options.ClientId = music.ClientId;
                options.Key = music.Key;
            }
        );
        services.AddOpenBanking(
            "video",
            options =>
            {
                options.Authority = video.Authority;
                options.ClientId = video.ClientId;
                options.Key = video.Key;
            }
        );
        services.AddSingleton<MusicShop>();
        // </named_clients>
        await using var provider = services.BuildServiceProvider();

        var shop = provider.GetRequiredService<MusicShop>();
        var found = await shop.FindAsync(payment.Id);
        var other = provider.GetRequiredKeyedService<OpenBankingClient>("video");
        var refusal = await Assert.ThrowsAsync<OpenBankingException>(() =>
            other.Payments.GetAsync(payment.Id)
        );

        Assert.Equal("order-1", found.OrderNo);
        Assert.Equal(ProblemCodes.NotFound, refusal.Code);
    }

    [Fact]
    public async Task A_statement_is_read_line_by_line_from_the_newest()
    {
        await using var bank = await SandboxBank.StartAsync();
        var customer = await bank.LinkCustomerAsync(balance: Money.Yuan(100));
        var payment = await bank.PayAsync(customer, "order-1", Money.Yuan(19.90m));
        var client = bank.Client;
        using var statement = new StringWriter(CultureInfo.InvariantCulture);

        // <statement>
        await foreach (
            var line in client.Accounts.ListTransactionsAsync(customer.CustomerId, customer.AccountId!)
        )
        {
            statement.WriteLine(
                $"{line.BusinessDate:yyyy-MM-dd} {line.Kind} {line.SourceId}: {line.Amount}, then {line.BalanceAfter}"
            );
        }
        // </statement>

        var lines = statement.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.EndsWith($" payment {payment.Id}: -19.90 CNY, then 80.10 CNY", lines[0]);
        Assert.EndsWith(": 100.00 CNY, then 100.00 CNY", lines[1]);
    }

    private static OpenBankingOptions OptionsOf(SandboxBank bank)
    {
        var options = new OpenBankingOptions();
        bank.Configure(options);
        return options;
    }

    // <named_client>
    public sealed class MusicShop([FromKeyedServices("music")] OpenBankingClient bank)
    {
        public Task<Payment> FindAsync(string id) => bank.Payments.GetAsync(id);
    }
    // </named_client>
}
