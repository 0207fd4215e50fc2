using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;

namespace OpenBanking.Server.Consents;

/// <summary>Remembers the agreements that payments came for last, so that the next one does not read its agreement once more than its
/// batch does. They are kept as they were read, for what never changes in them: whose each is, and which account pays. Whether it
/// still lasts and what is left of it, the batch reads.</summary>
public sealed class KnownAgreements
{
    private const int MostInGeneration = 20_000;
    private readonly RecentlyUsed<AgreementRow> known = new(MostInGeneration);

    public void Keep(AgreementRow agreement) => known.Keep(agreement.Id.ToString(), agreement);

    /// <summary>An agreement with this app; null when it is not remembered, which says nothing.</summary>
    public AgreementRow? Find(Id<AppRow> app, Id<AgreementRow> id) =>
        known.Find(id.ToString()) is { } agreement && agreement.AppId == app ? agreement : null;
}
