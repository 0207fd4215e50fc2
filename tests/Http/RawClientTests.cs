using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Tests with an app of a new partner, reached without the SDK.</summary>
public abstract class RawClientTests(SharedServer shared) : IAsyncLifetime
{
    protected SharedServer Shared { get; } = shared;

    protected RawClient Client { get; private set; } = null!;

    public virtual async ValueTask InitializeAsync() => Client = await Shared.NewRawClientAsync();

    public ValueTask DisposeAsync()
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
        Customer = await Client.Partner.LinkAsync();
        await Client.Partner.TopUpAsync(Customer, Money.Yuan(100));
        Token = await Client.AppTokenAsync();
    }
}
