using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Security;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Customers;

/// <summary>Writes messages to customers' phones that go out with what they tell of.</summary>
public sealed class Notices(Vault vault, WorldClocks clocks, Ids ids)
{
    public Notice Write(string mobile, string text)
    {
        var id = ids.New<IntentRow>();
        return new(id, vault.SealJson(new PhoneMessage(mobile, text), id.Value), clocks.RealNow);
    }

    /// <summary>To the number the customer has, if they have one.</summary>
    public Notice Write(CustomerProfile profile, string text) =>
        profile.HasMobile ? Write(profile.Mobile, text) : new(default, [], clocks.RealNow);

    /// <inheritdoc cref="Write(CustomerProfile, string)"/>
    public Notice Write(CustomerRow customer, string text) =>
        Write(vault.OpenJson<CustomerProfile>(customer.Profile, customer.Id.Value), text);
}
