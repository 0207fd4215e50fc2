using OpenBanking.Server.Applications;
using OpenBanking.Server.Outside;

namespace OpenBanking.Samples.BankAdapters;

public sealed class IdentityAdapter(Backend backend) : BackendPort(backend, "identity"), IIdentityVerification
{
    public Task<OutsideAnswer> VerifyAsync(
        Reference reference,
        FiveElements elements,
        CancellationToken cancellationToken
    ) => AskAsync("verify", reference, elements, cancellationToken);

    public Task<OutsideAnswer> VerifyAsync(
        Reference reference,
        FiveElements elements,
        IdentityImages images,
        CancellationToken cancellationToken
    ) => AskAsync("verify", reference, new Pictured(elements, images), cancellationToken);

    public async Task<string> BankOfAsync(
        Reference reference,
        string cardNumber,
        CancellationToken cancellationToken
    ) =>
        (
            await Backend.ReadAsync<CardQuestion, CardIssuer>(
                "cards/issuer",
                new(cardNumber),
                cancellationToken
            )
        ).Name;

    protected override string RefusalOf(string? code) =>
        code switch
        {
            "card_mismatch" => ApplicationReasons.CardNotVerified,
            "card_bank_silent" => IIdentityVerification.CardUnconfirmed,
            "pictures_unreadable" => ApplicationReasons.ImagesNotVerified,
            _ => ApplicationReasons.IdentityNotVerified,
        };

    private sealed record Pictured(FiveElements Person, IdentityImages Pictures);

    private sealed record CardQuestion(string CardNumber);

    private sealed record CardIssuer(string Name);
}

/// <summary>For a bank that sends small amounts to cards whose banks confirm nothing.</summary>
public sealed class DepositAdapter(Backend backend) : BackendPort(backend, "deposits"), ICardDeposit
{
    public Task<OutsideAnswer> SendAsync(
        Reference reference,
        string cardNumber,
        string name,
        Money amount,
        CancellationToken cancellationToken
    ) => AskAsync("send", reference, new Deposit(cardNumber, name, amount), cancellationToken);

    protected override string RefusalOf(string? code) => ApplicationReasons.CardNotVerified;

    private sealed record Deposit(string CardNumber, string Name, Money Amount);
}

public sealed class RiskAdapter(Backend backend) : BackendPort(backend, "risk"), IRiskDecision
{
    public Task<OutsideAnswer> AssessAsync(
        Reference reference,
        FiveElements elements,
        CancellationToken cancellationToken
    ) => AskAsync("assess", reference, elements, cancellationToken);

    /// <summary>One for all: who is on a list must not learn it.</summary>
    protected override string RefusalOf(string? code) => ApplicationReasons.DeclinedByBank;
}

/// <summary>Judges payments. The server waits half a second for it, and goes on without: nothing is done at the bank, so
/// there is nothing to be found again.</summary>
public sealed class PaymentRiskAdapter(Backend backend) : IPaymentRisk
{
    public async Task<RiskAnswer> AssessAsync(AssessedPayment payment, CancellationToken cancellationToken) =>
        (
            await backend.ReadAsync<Question, BackendAnswer>(
                "payments/assess",
                new(
                    payment.CustomerId?.ToString(),
                    payment.AppId.ToString(),
                    payment.Amount,
                    payment.Unasked,
                    payment.Device
                ),
                cancellationToken
            )
        ).Outcome switch
        {
            "allow" => RiskAnswer.Allow,
            "confirm" => RiskAnswer.Confirm,
            "decline" => RiskAnswer.Decline,
            var other => throw new OutcomeNotKnownException(other),
        };

    private sealed record Question(
        string? CustomerId,
        string AppId,
        Money Amount,
        bool Unasked,
        Guid? Device
    );
}

// <card_rail>
public sealed class CardRailAdapter(Backend backend) : BackendPort(backend, "transfers"), ICardRail
{
    public Task<OutsideAnswer> DebitAsync(
        Reference reference,
        string cardNumber,
        Money amount,
        CancellationToken cancellationToken
    ) => AskAsync("debit", reference, new Transfer(cardNumber, amount), cancellationToken);

    public Task<OutsideAnswer> CreditAsync(
        Reference reference,
        string cardNumber,
        Money amount,
        CancellationToken cancellationToken
    ) => AskAsync("credit", reference, new Transfer(cardNumber, amount), cancellationToken);

    protected override string RefusalOf(string? code) =>
        code == "insufficient_funds" ? DeclineCodes.CardInsufficientFunds : DeclineCodes.CardRefused;

    private sealed record Transfer(string CardNumber, Money Amount);
}

// </card_rail>

public sealed class SettlementAdapter(Backend backend) : BackendPort(backend, "payouts"), ISettlementRail
{
    public Task<OutsideAnswer> PayAsync(
        Reference reference,
        SettlementPayee payee,
        Money amount,
        CancellationToken cancellationToken
    ) => AskAsync("pay", reference, new Payout(payee, amount), cancellationToken);

    /// <summary>For the bank alone: the partner sees that it failed.</summary>
    protected override string RefusalOf(string? code) => code ?? "refused";

    private sealed record Payout(SettlementPayee Payee, Money Amount);
}

public sealed class MessageAdapter(Backend backend) : BackendPort(backend, "messages"), IMessageSender
{
    public Task<OutsideAnswer> SendAsync(
        Reference reference,
        PhoneMessage message,
        CancellationToken cancellationToken
    ) => AskAsync("send", reference, message, cancellationToken);

    /// <summary>Nobody is told: the customer asks for another code.</summary>
    protected override string RefusalOf(string? code) => code ?? "refused";
}

// <postings>
/// <summary>Hands what the ledger posts to the core, many at once. The core books each reference once, in the order they come,
/// and says <c>done</c> when all of them are booked.</summary>
public sealed class PostingAdapter(Backend backend) : ICoreBankingPostings
{
    public async Task BookAsync(
        IReadOnlyList<PostedTransaction> transactions,
        CancellationToken cancellationToken
    )
    {
        var answer = await backend.ReadAsync<Book, BackendAnswer>(
            "postings/book",
            new([.. transactions.Select(Transaction.Of)]),
            cancellationToken
        );
        if (answer.Outcome != "done")
        {
            throw new OutcomeNotKnownException(answer.Outcome);
        }
    }

    private sealed record Book(IReadOnlyList<Transaction> Transactions);

    private sealed record Transaction(
        string Reference,
        string Kind,
        string SubjectId,
        DateOnly BusinessDate,
        string Currency,
        IReadOnlyList<PostedLine> Lines
    )
    {
        public static Transaction Of(PostedTransaction posted) =>
            new(
                posted.Reference,
                posted.Kind,
                posted.SubjectId,
                posted.BusinessDate,
                posted.Currency,
                posted.Lines
            );
    }
}
// </postings>
