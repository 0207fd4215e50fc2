using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk;

/// <summary>What makes no sense is refused where it is passed, and nothing of it is sent.</summary>
public sealed class OddInputTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("..")]
    public async Task An_id_that_names_nothing_is_not_asked_for(string? id)
    {
        await using var bank = await StubBank.StartAsync();
        var client = bank.Client();

        await Assert.ThrowsAnyAsync<ArgumentException>(() => client.Payments.GetAsync(id!));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => client.Payments.CancelAsync(id!, Samples.Key));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => client.Orders.CloseAsync(id!));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => client.WebhookEndpoints.DeleteAsync(id!));
        Assert.Empty(bank.Requests);
    }
}
