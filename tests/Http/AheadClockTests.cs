using OpenBanking.Server.Accounts;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>What has come due has happened when a sandbox's clock was set ahead, however much it is. The books of what is put there do
/// not balance: the server is the tests' own.</summary>
public sealed class AheadClockTests(SharedServer shared)
    : PayingCustomerTests(shared),
        IClassFixture<SharedServer>
{
    /// <summary>More than are looked up at once.</summary>
    private const int Many = 510;

    private World World => new(Client.Partner.SandboxNumber);

    private Store Store => Shared.Server.Get<Store>();

    [Fact]
    public async Task All_coupons_and_accounts_that_are_due_by_then_have_ended()
    {
        await Client.Partner.IssueCouponAsync(Customer);
        var coupon = (await Store.FirstAsync(CouponTables.Coupons, World, $"1 = {1}"))!;
        var account = (await Store.FirstAsync(AccountTables.Accounts, World, $"1 = {1}"))!;
        var ids = Shared.Server.Get<Ids>();
        await Shared
            .Server.Get<Engine>()
            .SubmitAsync(
                new PutMany(
                    World,
                    DateTimeOffset.UtcNow,
                    [.. Enumerable.Range(0, Many).Select(_ => coupon with { Id = ids.New<CouponRow>() })],
                    [.. Enumerable.Range(0, Many).Select(_ => Empty(account, ids))]
                )
            );

        await Shared.Server.Get<SandboxClock>().AdvanceAsync(World, TimeSpan.FromDays(365));

        var coupons = await Store.ListAsync(CouponTables.Coupons, World, $"1 = {1}");
        Assert.Equal(Many + 1, coupons.Count(row => row.State == CouponState.Expired));
        var accounts = await Store.ListAsync(AccountTables.Accounts, World, $"1 = {1}");
        Assert.Equal(Many + 1, accounts.Count(row => row.State == AccountState.Dormant));
    }

    /// <summary>Another one on which nothing has ever moved.</summary>
    private static AccountRow Empty(AccountRow account, Ids ids) =>
        account with
        {
            Id = ids.New<AccountRow>(),
            Available = 0,
            Entries = 0,
            MovedAt = null,
        };

    private sealed record PutMany(
        World World,
        DateTimeOffset Now,
        IReadOnlyList<CouponRow> Coupons,
        IReadOnlyList<AccountRow> Accounts
    ) : Command<Done>(World, Now)
    {
        public override void Keys(IKeySet keys)
        {
            // All are new.
        }

        public override Decision<Done> Decide(Book book)
        {
            foreach (var coupon in Coupons)
            {
                book.Insert(CouponTables.Coupons, coupon);
            }

            foreach (var account in Accounts)
            {
                book.Insert(AccountTables.Accounts, account);
            }

            return Decision.Accept(new Done());
        }
    }
}
