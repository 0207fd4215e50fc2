using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Deposits;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Applications;

public enum ApplicationState
{
    IdentityVerifying = 1,
    IdentityFailed = 2,
    Opened = 3,
    Rejected = 4,

    /// <summary>Waits for pictures of the ID card; the others leave this at once.</summary>
    Created = 5,

    /// <summary>The customer has to confirm by one-time code, and perhaps to give pictures of the ID card then.</summary>
    OtpPending = 6,
    OtpFailed = 7,
    Expired = 8,
}

/// <summary>How an application was made.</summary>
public enum ApplicationChannel
{
    /// <summary>On the bank's pages, by a customer who has proven their number there.</summary>
    Hosted = 1,

    /// <summary>Through the API: the customer confirms afterwards.</summary>
    Api = 2,
}

/// <summary>A person's request to open an account 开户申请.</summary>
public sealed record AccountApplicationRow : VersionedRow, IIdentified
{
    public static string IdPrefix => "apl_";

    public required Id<AccountApplicationRow> Id { get; init; }

    public required Id<AppRow> AppId { get; init; }

    public required ApplicationState State { get; init; }

    /// <summary>Why it failed or was rejected, one of <see cref="ApplicationReasons"/>.</summary>
    public string? Reason { get; init; }

    /// <summary>The five elements 五要素 (<see cref="FiveElements"/>), sealed; nothing once it came to nothing.</summary>
    public required byte[] Elements { get; init; }

    /// <summary>The blind index of the ID number; empty once it came to nothing, like that of the mobile number.</summary>
    public required string IdNumberIndex { get; init; }

    public required string MobileIndex { get; init; }

    public Id<CustomerRow>? CustomerId { get; init; }

    public Id<AccountRow>? AccountId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public ApplicationChannel Channel { get; init; } = ApplicationChannel.Hosted;

    /// <summary>Where the pages lead at the end; null for nowhere.</summary>
    public string? ReturnUri { get; init; }

    /// <summary>The bank of the card, once it is verified.</summary>
    public string? CardBank { get; init; }

    /// <summary>Wrong one-time codes, all codes together.</summary>
    public int WrongCodes { get; init; }

    /// <summary>The class of account that is to be opened, then of the one that is there; null for Type II, which is all that older
    /// servers know.</summary>
    public string? AccountType { get; init; }

    /// <summary>Of which sides of the ID card there is a picture: a bit for each <see cref="IdentityImageSide"/>.</summary>
    public int Images { get; init; }

    public DepositState DepositState { get; init; }

    /// <summary>The keyed digest of the amount that was sent to the card, until the customer knew it.</summary>
    public byte[]? DepositMac { get; init; }

    /// <summary>Wrong amounts.</summary>
    public int DepositFailures { get; init; }

    /// <summary>Which account agreement the applicant accepted, and when; null where older servers took the application.</summary>
    public string? AgreementVersion { get; init; }

    public DateTimeOffset? AgreedAt { get; init; }

    public string Type => AccountType ?? OpenBanking.AccountType.TypeTwo.Value;

    public bool Has(IdentityImageSide side) => (Images & (int)side) != 0;
}

/// <summary>What identifies a person to the card's bank: C2 data, only ever stored sealed.</summary>
public sealed record FiveElements(string Name, string IdNumber, string Mobile, string CardNumber)
{
    /// <summary>Nothing of the person.</summary>
    public override string ToString() => nameof(FiveElements);
}

public enum VisitState
{
    /// <summary>A one-time code is on its way.</summary>
    Begun = 1,

    /// <summary>The code was right: who is at this browser has the applicant's number.</summary>
    Proven = 2,
}

/// <summary>A browser's visit to an application. Each has its own code, so that nobody who knows the address disturbs the
/// applicant's.</summary>
public sealed record ApplicationVisitRow : VersionedRow, IIdentified
{
    public static string IdPrefix => "vis_";

    public required Id<ApplicationVisitRow> Id { get; init; }

    public required Id<AccountApplicationRow> ApplicationId { get; init; }

    public required VisitState State { get; init; }

    /// <summary>The hash of the secret in the browser's cookie; a new one when the code was right.</summary>
    public required string BrowserHash { get; init; }

    public required Id<OneTimeCodeRow> CodeId { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The account agreement that was accepted at this browser; it counts for the applicant once the code was
    /// right.</summary>
    public string? AgreementVersion { get; init; }

    /// <summary>Whether pictures of the ID card are given at this browser once the code was right.</summary>
    public bool WithImages { get; init; }
}

/// <summary>How many applications a partner has made lately.</summary>
public sealed record ApplicationRateRow : VersionedRow
{
    public required Id<PartnerRow> PartnerId { get; init; }

    public required DateTimeOffset WindowStart { get; init; }

    public required int Made { get; init; }
}

public readonly record struct ApplicationRateKey(Id<PartnerRow> PartnerId);

public static class ApplicationTables
{
    public static Table<Id<AccountApplicationRow>, AccountApplicationRow> Applications { get; } =
        new("account_application");

    public static Table<Id<ApplicationVisitRow>, ApplicationVisitRow> Visits { get; } =
        new("application_visit");

    public static Table<ApplicationRateKey, ApplicationRateRow> Rates { get; } = new("application_rate");
}
