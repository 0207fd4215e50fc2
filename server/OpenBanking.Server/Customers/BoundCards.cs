using OpenBanking.Server.Accounts;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Security;

namespace OpenBanking.Server.Customers;

internal static class BoundCards
{
    /// <param name="account">Null for the card that an account is opened with.</param>
    public static BoundCardRow NewCard(
        this Vault vault,
        Ids ids,
        Id<CustomerRow> customer,
        Id<AccountRow>? account,
        string number,
        string bank,
        DateTimeOffset now
    )
    {
        var id = ids.New<BoundCardRow>();
        return new()
        {
            Id = id,
            CustomerId = customer,
            Bank = bank,
            LastFour = number[^4..],
            Number = vault.SealText(number, id.Value),
            CreatedAt = now,
            AccountId = account,
        };
    }
}
