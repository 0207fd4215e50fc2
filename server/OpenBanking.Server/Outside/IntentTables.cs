using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Outside;

public enum IntentKind
{
    SendMessage = 1,
    VerifyIdentity = 2,
    DebitCard = 3,
    CreditCard = 4,

    /// <summary>Of an application through the API; servers that know none leave it alone.</summary>
    VerifyApplicant = 5,

    /// <summary>Of a payment that its customer was not asked about. Many come at once, so they have a worker of their
    /// own, and no one-time code waits behind them.</summary>
    NotifyCustomer = 6,

    /// <summary>Of a customer who forgot the payment PIN; servers that know none leave it alone.</summary>
    VerifyPinReset = 7,

    /// <summary>Of a partner's settlement; servers that know none leave it alone.</summary>
    PayOut = 8,

    /// <summary>Of a card that a customer adds to an account; servers that know none leave it alone.</summary>
    VerifyCard = 9,

    /// <summary>Of an account that is to be one of Type II; servers that know none leave it alone.</summary>
    VerifyUpgrade = 10,

    /// <summary>Of a customer whose mobile number becomes another; servers that know none leave it alone.</summary>
    VerifyMobileChange = 11,

    /// <summary>Of an application with pictures of the ID card; servers that know none leave it alone.</summary>
    VerifyImages = 12,

    /// <summary>Of an application, to a card that its bank does not confirm; servers that know none leave it alone.</summary>
    SendDeposit = 13,

    /// <summary>The same, of a card that a customer adds to an account; servers that know none leave it alone.</summary>
    SendCardDeposit = 14,

    /// <summary>Of a top-up that a customer ordered; servers that know none leave it alone.</summary>
    DebitOwnCard = 15,
}

public enum IntentState
{
    /// <summary>Nobody outside has heard of it.</summary>
    Waiting = 1,

    /// <summary>Sent at least once; the outside may or may not have heard.</summary>
    Sent = 2,

    /// <summary>Answered, and the answer acted on.</summary>
    Done = 3,
}

/// <summary>Something to be asked of the outside, committed before it is asked. Its id is the reference the
/// outside knows it by, so that it is never done twice.</summary>
public sealed record IntentRow : VersionedRow, IIdentified
{
    public static string IdPrefix => "int_";

    public required Id<IntentRow> Id { get; init; }

    public required IntentKind Kind { get; init; }

    public required IntentState State { get; init; }

    /// <summary>What the answer is for: a top-up, an application.</summary>
    public required Guid SubjectId { get; init; }

    /// <summary>What to ask, sealed; null when the subject's own row says it.</summary>
    public byte[]? Request { get; init; }

    public required int Attempts { get; init; }

    /// <summary>When a worker may take it next, by the real clock; while one works on it, the end of its lease.</summary>
    public required DateTimeOffset DueAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

public static class IntentTables
{
    public static Table<Id<IntentRow>, IntentRow> Intents { get; } = new("intent");
}
