using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Security;

namespace OpenBanking.Tests.Rules.Security;

public class PairwiseIdsTests
{
    private static readonly Id<PartnerRow> partner = Rows.Id<PartnerRow>(1);
    private static readonly Id<PartnerRow> otherPartner = Rows.Id<PartnerRow>(2);
    private readonly PairwiseIds pairwise = new(new(new byte[32]));

    [Fact]
    public void Two_partners_never_see_the_same_id_for_one_person_account_or_card()
    {
        AssertPairwise(Rows.Customer.Id);
        AssertPairwise(Rows.Account.Id);
        AssertPairwise(Rows.Account.CardId);
    }

    [Fact]
    public void What_is_the_partners_own_is_shown_as_it_is()
    {
        Assert.Equal(Rows.Payment.Id.ToString(), pairwise.Format(partner, Rows.Payment.Id));
        Assert.True(pairwise.TryParse<PaymentRow>(partner, Rows.Payment.Id.ToString(), out var read));
        Assert.Equal(Rows.Payment.Id, read);
    }

    /// <summary>Anybody may become a partner of a sandbox: a partner's key is kept, but not those of all that there were.</summary>
    [Fact]
    public void What_is_kept_of_partners_does_not_grow_with_them()
    {
        Assert.NotEqual("", pairwise.Format(partner, Rows.Customer.Id));
        for (var other = 2; other <= 20_002; other++)
        {
            pairwise.Format(Rows.Id<PartnerRow>(other), Rows.Customer.Id);
        }

        // Both after the others: what has run often is compiled anew, and allocates less.
        var withoutKey = AllocatedByFormatting();
        var withKey = AllocatedByFormatting();
        Assert.True(withoutKey > withKey, $"{withoutKey} bytes without the key, {withKey} with it");
    }

    [Fact]
    public void An_id_of_another_partner_leads_to_nothing_that_exists()
    {
        var foreign = pairwise.Format(otherPartner, Rows.Customer.Id);

        Assert.True(pairwise.TryParse<CustomerRow>(partner, foreign, out var read));
        Assert.NotEqual(Rows.Customer.Id, read);
    }

    [Fact]
    public void The_stored_id_itself_leads_to_nothing_that_exists()
    {
        Assert.True(pairwise.TryParse<CustomerRow>(partner, Rows.Customer.Id.ToString(), out var read));
        Assert.NotEqual(Rows.Customer.Id, read);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("cus_")]
    [InlineData("acct_00000000000000000000000000")]
    [InlineData("cus_0000000000000000000000000u")]
    public void Other_texts_are_no_ids(string? text) =>
        Assert.False(pairwise.TryParse<CustomerRow>(partner, text, out _));

    [Fact]
    public void Another_master_key_gives_other_ids() =>
        Assert.NotEqual(
            pairwise.Format(partner, Rows.Customer.Id),
            new PairwiseIds(new([1, .. new byte[31]])).Format(partner, Rows.Customer.Id)
        );

    [Fact]
    public void The_lines_of_a_statement_have_ids_that_stay_and_that_partners_cannot_compare()
    {
        var account = Rows.Account.Id.Value;

        Assert.Equal(pairwise.FormatEntry(partner, account, 1), pairwise.FormatEntry(partner, account, 1));
        Assert.Distinct([
            pairwise.FormatEntry(partner, account, 1),
            pairwise.FormatEntry(partner, account, 2),
            pairwise.FormatEntry(otherPartner, account, 1),
            pairwise.FormatEntry(partner, Rows.Id<AccountRow>(2).Value, 1),
        ]);
    }

    private void AssertPairwise<T>(Id<T> id)
        where T : IIdentified
    {
        var shown = pairwise.Format(partner, id);

        Assert.Distinct([shown, pairwise.Format(otherPartner, id), id.ToString()]);
        Assert.True(pairwise.TryParse<T>(partner, shown, out var read));
        Assert.Equal(id, read);
    }

    /// <summary>More where the key must be derived first.</summary>
    private long AllocatedByFormatting()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        pairwise.Format(partner, Rows.Customer.Id);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
