using OpenBanking.Server.Authorization;
using OpenBanking.Server.Deposits;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Applications;

/// <summary>Has small amounts sent to the cards of applicants, and looks at what they say of them.</summary>
public sealed class ApplicationDeposits(
    Store store,
    Engine.Engine engine,
    WorldClocks clocks,
    Vault vault,
    Openings openings,
    DepositAmounts amounts
) : IIntentHandler
{
    private const int MostTries = 5;

    public IntentKind Kind => IntentKind.SendDeposit;

    public async Task HandleAsync(
        Reference reference,
        IntentRow intent,
        bool mayBeKnown,
        CancellationToken cancellationToken
    )
    {
        var id = new Id<AccountApplicationRow>(intent.SubjectId);
        var application = (await store.FindAsync(ApplicationTables.Applications, reference.World, id))!;
        // What has run out meanwhile keeps no card to send anything to.
        var answer = application.Elements is []
            ? OutsideAnswer.Done
            : await amounts.SendAsync(
                reference,
                intent,
                ElementsOf(application),
                mayBeKnown,
                cancellationToken
            );
        CrashPoints.Pass(CrashPoint.OutsideAnswered);
        await engine.SubmitAsync(
            new CompleteDeposit(
                reference.World,
                await clocks.NowAsync(reference.World),
                reference.Id,
                id,
                answer.FailureCode
            )
        );
    }

    /// <summary>Keeps what a person was told became of an amount; what the application came to.</summary>
    /// <param name="sent">Whether it was sent; the card took none otherwise.</param>
    public async Task<ApplicationState> ResolveAsync(
        Reference reference,
        Id<AccountApplicationRow> id,
        bool sent
    )
    {
        var decision = await engine.SubmitAsync(
            new ResolveDeposit(
                reference.World,
                await clocks.NowAsync(reference.World),
                reference.Id,
                id,
                sent ? null : ApplicationReasons.CardNotVerified
            )
        );
        return ((Accepted<AccountApplicationRow>)decision).Reply.State;
    }

    /// <summary>The newest application of a number that waits for an amount, made through an app on the bank's pages; null when
    /// there is none.</summary>
    public async ValueTask<AccountApplicationRow?> FindAsync(InteractionRow interaction, World world) =>
        interaction.MobileIndex is { } mobile
        && await store.FirstAsync(
            ApplicationTables.Applications,
            world,
            // With the condition of the index, word for word.
            $"""
            mobile_index = {mobile} AND deposit_state = 2 AND state = 1 AND app_id = {interaction.AppId}
            AND channel = {ApplicationChannel.Hosted} ORDER BY id DESC LIMIT 1
            """
        )
            is { } found
        && !OpeningRules.HasExpired(found, await clocks.NowAsync(world))
            ? found
            : null;

    /// <summary>Who applies, and with which card, for showing it to themselves, masked.</summary>
    public FiveElements ElementsOf(AccountApplicationRow application) =>
        vault.OpenJson<FiveElements>(application.Elements, application.Id.Value);

    /// <summary>Looks at an amount that somebody entered who has signed in, or has entered a code.</summary>
    /// <param name="amount">In fen; null when they take another card instead.</param>
    public async Task<DepositCheck> EnterAsync(
        World world,
        AccountApplicationRow application,
        int? amount,
        Id<InteractionRow>? interaction,
        Id<ApplicationVisitRow>? visit
    )
    {
        var elements = ElementsOf(application);
        for (var tried = 0; tried < MostTries; tried++)
        {
            var now = await clocks.NowAsync(world);
            var decision = await engine.SubmitAsync(
                new EnterDeposit(
                    world,
                    now,
                    application,
                    amount is { } entered ? amounts.MacOf(application.Id.Value, entered) : null,
                    await openings.PrepareAsync(
                        world,
                        application,
                        elements,
                        application.CardBank ?? "",
                        now
                    ),
                    interaction,
                    visit
                )
            );
            switch (decision)
            {
                case Accepted<DepositCheck> accepted:
                    return accepted.Reply;
                case Declined<DepositCheck> declined:
                    return declined.Reply;
                case Rejected<DepositCheck> { Refusal.Code: not OpeningRules.CustomerChanged }:
                    return DepositCheck.Over;
            }
        }

        return DepositCheck.Over;
    }
}
