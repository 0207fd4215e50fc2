using OpenBanking.Server.Applications;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Sandbox;

/// <summary>The made-up outside: persons and cards as the sandbox holds them, messages into its message box. It
/// remembers every reference, so that a question asked twice is answered once.</summary>
public sealed class SandboxOutside(Store store, Engine.Engine engine, TimeProvider time)
    : IIdentityVerification,
        ICardDeposit,
        IRiskDecision,
        IPaymentRisk,
        ICardRail,
        ISettlementRail,
        IMessageSender,
        ICoreBankingPostings
{
    /// <summary>How long a message box keeps a message.</summary>
    public static readonly TimeSpan MessagesKept = TimeSpan.FromDays(30);

    public async Task<OutsideAnswer> VerifyAsync(
        Reference reference,
        FiveElements elements,
        CancellationToken cancellationToken
    )
    {
        var person = await store.FindAsync(
            SandboxTables.Persons,
            reference.World,
            new SandboxPersonKey(elements.IdNumber)
        );
        var card = await store.FindAsync(
            SandboxTables.Cards,
            reference.World,
            new SandboxCardKey(elements.CardNumber)
        );
        return (
            person is null || person.Name != elements.Name || !SandboxPersons.Have(person, elements.Mobile)
                ? new OutsideAnswer(ApplicationReasons.IdentityNotVerified)
            : card is null || card.IdNumber != elements.IdNumber
                ? new OutsideAnswer(ApplicationReasons.CardNotVerified)
            : SandboxSeed.Default.Persons.Any(seed => seed.UnconfirmedCard?.Number == card.Number)
                ? new(IIdentityVerification.CardUnconfirmed)
            : OutsideAnswer.Done
        );
    }

    /// <summary>The card's bank tells its holder what came, as banks do.</summary>
    public async Task<OutsideAnswer> SendAsync(
        Reference reference,
        string cardNumber,
        string name,
        Money amount,
        CancellationToken cancellationToken
    )
    {
        var card = await store.FindAsync(
            SandboxTables.Cards,
            reference.World,
            new SandboxCardKey(cardNumber)
        );
        var holder = card is null
            ? null
            : await store.FindAsync(
                SandboxTables.Persons,
                reference.World,
                new SandboxPersonKey(card.IdNumber)
            );
        return holder is null || holder.Name != name
            ? new(ApplicationReasons.CardNotVerified)
            : await SendAsync(
                reference,
                new(
                    holder.Mobile,
                    $"{card!.Bank}：您尾号 {cardNumber[^4..]} 的卡收到 {amount}。Your card {cardNumber[^4..]} received {amount}."
                ),
                cancellationToken
            );
    }

    /// <summary>A card is no square: a picture that is one shows none.</summary>
    public async Task<OutsideAnswer> VerifyAsync(
        Reference reference,
        FiveElements elements,
        IdentityImages images,
        CancellationToken cancellationToken
    ) =>
        new[] { images.Portrait, images.Emblem }.Any(image =>
            image is not null && image.Width == image.Height
        )
            ? new(ApplicationReasons.ImagesNotVerified)
            : await VerifyAsync(reference, elements, cancellationToken);

    public Task<OutsideAnswer> AssessAsync(
        Reference reference,
        FiveElements elements,
        CancellationToken cancellationToken
    ) =>
        Task.FromResult(
            SandboxSeed.Default.Persons.Any(person => person.IdNumber == elements.IdNumber && person.Declined)
                ? new OutsideAnswer(ApplicationReasons.DeclinedByBank)
                : OutsideAnswer.Done
        );

    public Task<RiskAnswer> AssessAsync(AssessedPayment payment, CancellationToken cancellationToken) =>
        payment.Amount.Amount switch
        {
            SandboxAmounts.RiskDeclined => Task.FromResult(RiskAnswer.Decline),
            SandboxAmounts.RiskConfirmation => Task.FromResult(RiskAnswer.Confirm),
            SandboxAmounts.RiskUnanswered => throw new TimeoutException("The risk engine does not answer."),
            _ => Task.FromResult(RiskAnswer.Allow),
        };

    public async Task<string> BankOfAsync(
        Reference reference,
        string cardNumber,
        CancellationToken cancellationToken
    ) =>
        (
            (
                await store.FindAsync(SandboxTables.Cards, reference.World, new SandboxCardKey(cardNumber))
            )?.Bank
            ?? ""
        );

    public Task<OutsideAnswer> DebitAsync(
        Reference reference,
        string cardNumber,
        Money amount,
        CancellationToken cancellationToken
    ) => MoveAsync(reference, cardNumber, amount.Amount);

    public Task<OutsideAnswer> CreditAsync(
        Reference reference,
        string cardNumber,
        Money amount,
        CancellationToken cancellationToken
    ) => MoveAsync(reference, cardNumber, -amount.Amount);

    /// <summary>Partners of a sandbox have no account anywhere, and some amounts say so.</summary>
    public Task<OutsideAnswer> PayAsync(
        Reference reference,
        SettlementPayee payee,
        Money amount,
        CancellationToken cancellationToken
    ) =>
        Task.FromResult(
            amount.Amount switch
            {
                SandboxAmounts.PayoutRefused => new(PayoutDeclineCodes.PayeeAccountUnknown),
                SandboxAmounts.PayoutToClosedAccount => new(PayoutDeclineCodes.PayeeAccountClosed),
                SandboxAmounts.PayoutToAnotherName => new(PayoutDeclineCodes.PayeeNameMismatch),
                SandboxAmounts.PayoutRefusedUnsaid => new(PayoutDeclineCodes.TransferRefused),
                _ => OutsideAnswer.Done,
            }
        );

    /// <summary>The made-up core keeps no books; it only sees to it that what comes balances.</summary>
    public Task BookAsync(
        IReadOnlyList<PostedTransaction> transactions,
        CancellationToken cancellationToken
    ) =>
        transactions.All(transaction => transaction.Lines.Sum(line => line.Amount) == 0)
            ? Task.CompletedTask
            : throw new InvalidOperationException("A transaction does not balance.");

    public async Task<OutsideAnswer> SendAsync(
        Reference reference,
        PhoneMessage message,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        await engine.SubmitAsync(
            new DeliverSandboxMessage(
                reference.World,
                now,
                new()
                {
                    Id = reference.Id,
                    Mobile = message.Mobile,
                    Text = message.Text,
                    SentAt = now,
                }
            )
        );
        return OutsideAnswer.Done;
    }

    /// <summary>Has messages deleted that were sent long ago, unless it is not known yet that they were: by theirs a message is sent
    /// once. The intent is looked up for each: with EXISTS a planner may join instead, and read all there are.</summary>
    public static void Sweep(Engine.Engine engine, DateTimeOffset now) =>
        engine.SweepLater(SandboxTables.Messages, SentBefore(now - MessagesKept));

    internal static Sql SentBefore(DateTimeOffset instant) =>
        $"""
            sent_at < {instant} AND COALESCE((
                SELECT intent.state FROM intent WHERE intent.world = sandbox_message.world AND intent.id = sandbox_message.id
            ), 3) = 3
            """;

    /// <summary>Transfers and messages are remembered; a verification changes nothing and may be asked again.</summary>
    public async Task<OutsideAnswer?> FindAsync(Reference reference, CancellationToken cancellationToken) =>
        (
            await store.FindAsync(SandboxTables.Transfers, reference.World, reference.Id) is { } transfer
                ? new OutsideAnswer(transfer.DeclineCode)
            : await store.FindAsync(SandboxTables.Messages, reference.World, reference.Id) is not null
                ? OutsideAnswer.Done
            : null
        );

    /// <param name="amount">What the card pays; negative for what it gets.</param>
    private async Task<OutsideAnswer> MoveAsync(Reference reference, string cardNumber, long amount)
    {
        if (Math.Abs(amount) == SandboxAmounts.CardNeverAnswers)
        {
            throw new TimeoutException("The card's bank does not answer.");
        }

        var transfer = new SandboxTransferRow
        {
            Id = reference.Id,
            CardNumber = cardNumber,
            Amount = amount,
        };
        var decision = await engine.SubmitAsync(
            new DebitSandboxCard(reference.World, time.GetUtcNow(), transfer)
        );
        return Math.Abs(amount) == SandboxAmounts.CardAnswerLost
            ? throw new TimeoutException("The card's bank does not answer.")
            : new(((Accepted<SandboxTransferRow>)decision).Reply.DeclineCode);
    }
}
