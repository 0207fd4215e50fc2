using System.IO.Pipelines;
using System.Text.Json;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;
using Xunit;

namespace OpenBanking.Tests.Http.Dashboard;

/// <summary>The copy that customers take of what the bank keeps about them.</summary>
public sealed class DataCopyTests(SharedServer shared) : OwnPageTests(shared)
{
    [Fact]
    public async Task A_customer_takes_a_copy_of_everything_that_is_theirs_and_of_nothing_else()
    {
        await Partner.PayAsync(Customer, "order-1", Money.Yuan(19.90m));
        await Partner.LinkAsync(1);
        await SignInAsync();

        await FollowAsync("Take a copy");

        Assert.Equal("application/json", Browser.ContentHeader("Content-Type"));
        Assert.Contains("my-data.json", Browser.ContentHeader("Content-Disposition"));
        using var copy = JsonDocument.Parse(Browser.Content);
        var person = copy.RootElement.GetProperty("person");
        Assert.Equal(
            (Person.Name, $"{Person.Mobile[..3]}****{Person.Mobile[^4..]}"),
            (person.GetProperty("name").GetString(), person.GetProperty("mobile").GetString())
        );
        var account = copy.RootElement.GetProperty("accounts").EnumerateArray().Single();
        Assert.Equal(80_10, account.GetProperty("available").GetProperty("amount").GetInt64());
        Assert.Equal(
            [100_00, -19_90],
            account
                .GetProperty("transactions")
                .EnumerateArray()
                .Select(line => line.GetProperty("amount").GetProperty("amount").GetInt64())
        );
        Assert.Equal(
            "authorized",
            copy.RootElement.GetProperty("consents")
                .EnumerateArray()
                .Single()
                .GetProperty("status")
                .GetString()
        );
        Assert.Equal(
            "issued",
            copy.RootElement.GetProperty("coupons")
                .EnumerateArray()
                .Single()
                .GetProperty("status")
                .GetString()
        );
        Assert.DoesNotContain(Person.IdNumber, Browser.Content);
        Assert.DoesNotContain(Person.CardNumber, Browser.Content);
        Assert.DoesNotContain(Person.Mobile, Browser.Content);
    }

    [Fact]
    public async Task What_is_written_is_handed_on_and_not_kept_until_the_end()
    {
        var world = new World(Partner.SandboxNumber);
        var customer = await Shared
            .Server.Get<Store>()
            .FirstAsync(CustomerTables.Customers, world, $"1 = {1}");
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));

        await Shared
            .Server.Get<DataCopies>()
            .WriteAsync(new(world, null!, customer), DateTimeOffset.UtcNow, [], pipe.Writer);

        Assert.Equal(0, pipe.Writer.UnflushedBytes);
    }

    [Fact]
    public async Task Nobody_takes_a_copy_who_is_not_signed_in()
    {
        await Browser.GoAsync(Own("/data.json"));
        Assert.EndsWith("/my/sign-in", Browser.Address.AbsolutePath);
    }
}
