using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Tests with an app of a new partner, reached without the SDK.</summary>
public abstract class RawClientTests(SharedServer shared) : IAsyncLifetime
{
    protected SharedServer Shared { get; } = shared;

    protected RawClient Client { get; private set; } = null!;

    public virtual async ValueTask InitializeAsync() => Client = await Shared.NewRawClientAsync();

    public virtual ValueTask DisposeAsync()
    {
        Client.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}

/// <summary>Tests with a customer who has 100.00 and agreed to pay.</summary>
public abstract class PayingCustomerTests(SharedServer shared) : RawClientTests(shared)
{
    protected LinkedCustomer Customer { get; private set; } = null!;

    /// <summary>An access token of the app itself.</summary>
    protected string Token { get; private set; } = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        (Customer, Token) = await PayingCustomer.NewAsync(Client);
    }
}

/// <summary>One customer who has 100.00 and agreed to pay, for all tests of a class: those that change nothing.</summary>
public sealed class PayingCustomer(SharedServer shared) : IAsyncLifetime
{
    public RawClient Client { get; private set; } = null!;

    public LinkedCustomer Customer { get; private set; } = null!;

    /// <summary>An access token of the app itself.</summary>
    public string Token { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Client = await shared.NewRawClientAsync();
        (Customer, Token) = await NewAsync(Client);
    }

    internal static async Task<(LinkedCustomer Customer, string Token)> NewAsync(RawClient client)
    {
        var customer = await client.Partner.LinkAsync();
        await client.Partner.TopUpAsync(customer, Money.Yuan(100));
        return (customer, await client.AppTokenAsync());
    }

    public ValueTask DisposeAsync()
    {
        Client.Dispose();
        return ValueTask.CompletedTask;
    }
}
