using OpenBanking.Server.Applications;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Outside;

/// <summary>Our name for something we ask of the outside; asking twice with one reference does it once.</summary>
public readonly record struct Reference(World World, Id<IntentRow> Id);

/// <summary>The outside's answer.</summary>
/// <param name="FailureCode">Why it was refused; null when it was done.</param>
public sealed record OutsideAnswer(string? FailureCode)
{
    public static OutsideAnswer Done { get; } = new((string?)null);

    /// <summary>This answer, unless it refuses with a code that the port has not: nobody would know what it means.</summary>
    /// <exception cref="UnknownRefusalException">It does: the outcome is unknown.</exception>
    public OutsideAnswer RefusingWith(params ReadOnlySpan<string> codes) =>
        FailureCode is null || codes.Contains(FailureCode) ? this : throw new UnknownRefusalException();
}

/// <summary>An adapter has refused with a code that its port has not. The code is not told: it may be anything.</summary>
public sealed class UnknownRefusalException() : Exception("The refusal has a code that its port has not.");

/// <summary>What is not to be asked for any more may have been asked for before, though the outside never heard of it: a request
/// may still arrive, so that the outcome is unknown.</summary>
public sealed class MayStillArriveException() : Exception("A request of before may still arrive.");

/// <summary>
/// What every port keeps to. An exception, or no answer within <see cref="OutsideLimits.Deadline"/>, means unknown: the
/// worker then asks for the reference's outcome before it asks again.
/// </summary>
public interface IPort
{
    /// <summary>What became of a reference; null when the outside never heard of it. That is no refusal: a request may still be
    /// on its way, and is carried out when it arrives.</summary>
    Task<OutsideAnswer?> FindAsync(Reference reference, CancellationToken cancellationToken);
}

/// <summary>Verifies the five elements 五要素 with the card's bank.</summary>
public interface IIdentityVerification : IPort
{
    /// <summary>The person is verified, but the card's bank does not say whose the card is. When an account is opened or a card is
    /// added to one, a small amount proves the card (<see cref="ICardDeposit"/>); where none is registered, and whenever the
    /// person is verified for something else, it counts as no answer.</summary>
    const string CardUnconfirmed = "card_unconfirmed";

    /// <summary>Refuses with <see cref="ApplicationReasons.IdentityNotVerified"/> or
    /// <see cref="ApplicationReasons.CardNotVerified"/>.</summary>
    Task<OutsideAnswer> VerifyAsync(
        Reference reference,
        FiveElements elements,
        CancellationToken cancellationToken
    );

    /// <summary>The same, with pictures of the ID card that the customer gave; also refuses with
    /// <see cref="ApplicationReasons.ImagesNotVerified"/>. Unless it is implemented nobody looks at the pictures.</summary>
    Task<OutsideAnswer> VerifyAsync(
        Reference reference,
        FiveElements elements,
        IdentityImages images,
        CancellationToken cancellationToken
    ) => VerifyAsync(reference, elements, cancellationToken);

    /// <summary>The name of the bank that issued a card.</summary>
    Task<string> BankOfAsync(Reference reference, string cardNumber, CancellationToken cancellationToken);
}

/// <summary>Sends a small amount to a card, so that its holder can say how much came 小额打款验证. A bank without it leaves it
/// out.</summary>
public interface ICardDeposit : IPort
{
    /// <summary>Transfers the amount, out of the bank's own money, to the card of a person of this name. It must stand in the
    /// card's statement, and nowhere that others see. Refuses with <see cref="ApplicationReasons.CardNotVerified"/>: there is no
    /// such card, or it is another person's.</summary>
    Task<OutsideAnswer> SendAsync(
        Reference reference,
        string cardNumber,
        string name,
        Money amount,
        CancellationToken cancellationToken
    );
}

/// <summary>Decides whether the bank wants an account for a person: sanctions, fraud, its own experience.</summary>
public interface IRiskDecision : IPort
{
    /// <summary>Refuses with <see cref="ApplicationReasons.DeclinedByBank"/>, whatever the cause: nobody outside learns it.
    /// Asked after the five elements are verified, under the same reference and within the same deadline.</summary>
    Task<OutsideAnswer> AssessAsync(
        Reference reference,
        FiveElements elements,
        CancellationToken cancellationToken
    );
}

/// <summary>What is to become of a payment, as far as its risk goes; the gravest counts.</summary>
public enum RiskAnswer
{
    Allow = 0,

    /// <summary>Its customer is to confirm it.</summary>
    Confirm = 1,
    Decline = 2,
}

/// <summary>A payment before it is decided.</summary>
/// <param name="CustomerId">The bank's own id; null when it is not known who will confirm it.</param>
/// <param name="Unasked">Whether it is to be paid under an agreement, without asking the customer.</param>
/// <param name="Device">A keyed hash of what the partner calls the browser or device; null when it names none.</param>
public sealed record AssessedPayment(
    World World,
    Id<AppRow> AppId,
    Id<PartnerRow> PartnerId,
    string OrderNo,
    Money Amount,
    Id<CustomerRow>? CustomerId,
    bool Unasked,
    Guid? Device = null
);

/// <summary>Judges payments before they are decided. Nothing is done by it, so nothing has to be found again: a request that
/// is sent twice is asked about twice, and its first answer to the partner stays.</summary>
public interface IPaymentRisk
{
    /// <summary>The partner waits for this: it has <c>Risk:Deadline</c> (half a second), and what is late or throws counts as
    /// <c>Risk:WithoutAnswer</c>.</summary>
    Task<RiskAnswer> AssessAsync(AssessedPayment payment, CancellationToken cancellationToken);
}

/// <summary>Brings money from a bound card, and back to it.</summary>
public interface ICardRail : IPort
{
    /// <summary>Refuses with <see cref="DeclineCodes.CardInsufficientFunds"/> or
    /// <see cref="DeclineCodes.CardRefused"/>.</summary>
    Task<OutsideAnswer> DebitAsync(
        Reference reference,
        string cardNumber,
        Money amount,
        CancellationToken cancellationToken
    );

    /// <summary>Refuses with <see cref="DeclineCodes.CardRefused"/>.</summary>
    Task<OutsideAnswer> CreditAsync(
        Reference reference,
        string cardNumber,
        Money amount,
        CancellationToken cancellationToken
    );
}

/// <summary>Transfers to partners, and to merchants that sell through them, what they have earned.</summary>
public interface ISettlementRail : IPort
{
    /// <summary>Refuses with one of <see cref="PayoutDeclineCodes"/>, or a code of the bank's own, which is kept with the payout
    /// and which partners see as <see cref="PayoutDeclineCodes.TransferRefused"/>. A refusal is final for this payout: the
    /// money is paid with the next one.</summary>
    Task<OutsideAnswer> PayAsync(
        Reference reference,
        SettlementPayee payee,
        Money amount,
        CancellationToken cancellationToken
    );
}

/// <summary>Whom the bank pays; the account is the bank's knowledge.</summary>
/// <param name="PartnerId">The bank's own id of the partner, <c>prt_…</c>.</param>
/// <param name="SubMerchantId">The bank's own id of the merchant, <c>sub_…</c>; null when the partner itself is paid.</param>
public sealed record SettlementPayee(string PartnerId, string? SubMerchantId, string Name);

/// <summary>Books in the bank's core what the ledger has posted.</summary>
public interface ICoreBankingPostings
{
    /// <summary>
    /// Books transactions, in their order; it has <see cref="OutsideLimits.Deadline"/> for all of them. They come in the
    /// order of the audit's chain, each again and again until a call that had it has ended without an exception, and so at
    /// least once: what has the reference of one that is booked is the same, and to be passed over.
    /// </summary>
    Task BookAsync(IReadOnlyList<PostedTransaction> transactions, CancellationToken cancellationToken);
}

/// <summary>What one command has posted for one thing: its lines sum to zero.</summary>
/// <param name="Reference">Its name for good: the batch it was posted in, and which one of it.</param>
/// <param name="Position">Where the batch stands in the audit's chain. It only grows; several may have one.</param>
/// <param name="Kind"><c>payment</c>, <c>refund</c>, <c>top_up</c>, …: <see cref="Ledger.PostingKind"/>.</param>
/// <param name="SubjectId">What it is for: what follows <c>pay_</c>, <c>rfd_</c>, <c>top_</c>, … in its id.</param>
/// <param name="BusinessDate">The day it counts for, in Asia/Shanghai.</param>
public sealed record PostedTransaction(
    World World,
    string Reference,
    long Position,
    string Kind,
    string SubjectId,
    DateOnly BusinessDate,
    DateTimeOffset PostedAt,
    string Currency,
    IReadOnlyList<PostedLine> Lines
);

/// <summary>One line of it.</summary>
/// <param name="Account"><c>customer</c>, or one of the bank's own: <see cref="Ledger.InternalAccountKind"/>.</param>
/// <param name="Owner">Of a customer's account its id, <c>acct_…</c>; else what follows the prefix in the id of the partner, merchant,
/// campaign or account that it is kept for, null when it is the bank's alone.</param>
/// <param name="Amount">In minor units; credit positive, debit negative.</param>
public sealed record PostedLine(string Account, string? Owner, long Amount);

/// <summary>Sends a message to a phone. A refusal is final: the message is not sent again.</summary>
public interface IMessageSender : IPort
{
    Task<OutsideAnswer> SendAsync(
        Reference reference,
        PhoneMessage message,
        CancellationToken cancellationToken
    );
}

/// <summary>A message to a phone; may hold a one-time code, so it is only ever stored sealed.</summary>
/// <param name="UsefulUntil">When a code in it ends, by the real clock: it is not sent from then on. Null when there is none.</param>
public sealed record PhoneMessage(string Mobile, string Text, DateTimeOffset? UsefulUntil = null);
