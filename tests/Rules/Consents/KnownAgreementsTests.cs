using OpenBanking.Server.Consents;
using OpenBanking.Server.Partners;
using Xunit;

namespace OpenBanking.Tests.Rules.Consents;

public sealed class KnownAgreementsTests
{
    private readonly KnownAgreements known = new();

    [Fact]
    public void An_agreement_is_remembered_for_its_own_app_alone()
    {
        var agreement = Rows.Agreement;
        known.Keep(agreement);

        Assert.Same(agreement, known.Find(agreement.AppId, agreement.Id));
        Assert.Null(known.Find(Rows.Id<AppRow>(99), agreement.Id));
        Assert.Null(known.Find(agreement.AppId, Rows.Id<AgreementRow>(99)));
    }
}
