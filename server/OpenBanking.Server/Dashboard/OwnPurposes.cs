using OpenBanking.Server.Engine;
using OpenBanking.Server.Purposes;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Dashboard;

/// <summary>What customers choose about purposes: each method is one act, and gives why it was not done, or null.</summary>
public sealed class OwnPurposes(Engine.Engine engine, PurposeQueries queries, WorldClocks clocks, Ids ids)
{
    public ValueTask<PurposeConsents> FindAsync(OpenSession session) =>
        queries.FindAsync(session.World, session.Customer!.Id);

    /// <param name="version">Of the text that the customer had before them.</param>
    public async Task<string?> ChooseAsync(OpenSession session, Purpose purpose, bool given, int version)
    {
        var consents = await FindAsync(session);
        var last = consents.LastOf(purpose);
        return last?.Given == given && (!given || last.TextVersion == version)
            ? null
            : await ChooseAsync(session, [purpose], given, version);
    }

    /// <summary>Withdraws everything that makes offers of the customer's behaviour, at once.</summary>
    public async Task<string?> SwitchPersonalisationOffAsync(OpenSession session)
    {
        var consents = await FindAsync(session);
        var given = Purpose.All.Where(purpose =>
            purpose.Personalises && consents.LastOf(purpose) is { Given: true }
        );
        return await ChooseAsync(session, [.. given], given: false, version: null);
    }

    /// <param name="version">That of each purpose's own text when null.</param>
    private async Task<string?> ChooseAsync(
        OpenSession session,
        IReadOnlyList<Purpose> purposes,
        bool given,
        int? version
    )
    {
        if (purposes.Count == 0)
        {
            return null;
        }

        var now = await clocks.NowAsync(session.World);
        var decision = await engine.SubmitAsync(
            new ChoosePurposes(
                session.World,
                now,
                session.Customer!.Id,
                [
                    .. purposes.Select(purpose => new PurposeChoiceRow
                    {
                        Id = ids.New<PurposeChoiceRow>(),
                        CustomerId = session.Customer.Id,
                        Purpose = purpose.Name,
                        Given = given,
                        TextVersion = version ?? purpose.Version,
                        ChosenAt = now,
                    }),
                ]
            )
        );
        return (decision as Rejected<Done>)?.Refusal.Code;
    }
}
