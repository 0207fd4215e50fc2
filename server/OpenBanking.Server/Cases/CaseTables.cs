using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Cases;

/// <summary>What a case is about.</summary>
public enum CaseKind
{
    /// <summary>The customer says that the transaction is not theirs.</summary>
    NotMine = 1,
    WrongAmount = 2,

    /// <summary>What was paid for did not come, or is not what was promised.</summary>
    NotDelivered = 3,

    /// <summary>Money that was to come back has not.</summary>
    RefundMissing = 4,
    Other = 5,

    /// <summary>The customer's name is to be another, which takes papers.</summary>
    NameCorrection = 6,
}

public enum CaseState
{
    Open = 1,

    /// <summary>Somebody at the bank has it in hand.</summary>
    InProgress = 2,
    Answered = 3,

    /// <summary>The customer has taken it back, or is content with the answer.</summary>
    Closed = 4,
}

/// <summary>Something that a customer asks the bank to look into 投诉: a complaint about a transaction, a name
/// to be corrected.</summary>
public sealed record CaseRow : VersionedRow, IIdentified
{
    public static string IdPrefix => "case_";

    public required Id<CaseRow> Id { get; init; }

    public required Id<CustomerRow> CustomerId { get; init; }

    public required CaseKind Kind { get; init; }

    public required CaseState State { get; init; }

    /// <summary>The account of the transaction; null when it is about none.</summary>
    public Id<AccountRow>? AccountId { get; init; }

    /// <summary>The line of the account's statement; null when it is about a payment that was named by itself.</summary>
    public long? Line { get; init; }

    /// <summary>The payment; null when it is about a line that belongs to none.</summary>
    public Id<PaymentRow>? PaymentId { get; init; }

    /// <summary>What the name is to be, sealed; null when the case is not about it.</summary>
    public byte[]? Name { get; init; }

    /// <summary>What the customer wrote, sealed; nothing once the customer is erased.</summary>
    public required byte[] Text { get; init; }

    /// <summary>What the bank has answered, sealed.</summary>
    public byte[]? Answer { get; init; }

    /// <summary>Who at the bank took it in hand last.</summary>
    public string? Clerk { get; init; }

    /// <summary>The language it was written in.</summary>
    public required string Language { get; init; }

    public required DateTimeOffset OpenedAt { get; init; }

    public DateTimeOffset? TakenAt { get; init; }

    public DateTimeOffset? AnsweredAt { get; init; }

    public DateTimeOffset? ClosedAt { get; init; }
}

public static class CaseTables
{
    public static Table<Id<CaseRow>, CaseRow> Cases { get; } = new("customer_case");
}
