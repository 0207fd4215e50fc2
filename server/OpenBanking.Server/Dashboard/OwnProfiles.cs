using OpenBanking.Server.Customers;
using OpenBanking.Server.Security;

namespace OpenBanking.Server.Dashboard;

internal static class OwnProfiles
{
    /// <summary>What is known of a session's customer. When the bank has released the number it had, the number is the one they signed
    /// in with.</summary>
    public static CustomerProfile ProfileOf(this Vault vault, OpenSession session)
    {
        var customer = session.Customer!;
        var profile = vault.OpenJson<CustomerProfile>(customer.Profile, customer.Id.Value);
        return profile.HasMobile
            ? profile
            : profile with
            {
                Mobile = vault.OpenText(session.Row.Mobile, session.Row.Id.Value),
            };
    }
}
