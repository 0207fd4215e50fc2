using OpenBanking.Server.Accounts;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Partners;

namespace OpenBanking.Tests.Rules.Applications;

/// <summary>Where a wish for a code comes from.</summary>
public enum CodesOf
{
    Nowhere,
    Browser,
    Address,
}

/// <summary>One application and what happens to it.</summary>
internal sealed class ApplicationScene
{
    public const int Most = 3;
    public const int MostCodes = 4;

    private static readonly byte[] rightMac = Rows.OneTimeCode.Mac;
    private static readonly AccountRow account = Rows.Account with { State = AccountState.PendingActivation };
    private int count;
    private ApplicationVisitRow? visit;
    private Id<IntentRow> verification;

    public MemoryBank Bank { get; } = new();

    public DateTimeOffset Now { get; set; } = Rows.Noon;

    public AccountApplicationRow New { get; } =
        new()
        {
            Id = Rows.Id<AccountApplicationRow>(1),
            AppId = Rows.App.Id,
            State = ApplicationState.Created,
            Elements = Rows.Sealed,
            IdNumberIndex = "id number",
            MobileIndex = "mobile",
            CreatedAt = Rows.Noon,
            ExpiresAt = Rows.Noon + ApplicationRules.Lifetime,
            Channel = ApplicationChannel.Api,
        };

    public AccountApplicationRow Application => Bank.Get(ApplicationTables.Applications, New.Id);

    public Ran<AccountApplicationRow> Create(int number = 1)
    {
        var intent = Rows.Id<IntentRow>(1_000 + ++count);
        verification = number == 1 ? intent : verification;
        return Bank.Run(
            new CreateApplication(
                Rows.World,
                Now,
                Rows.Id<PartnerRow>(1),
                New with
                {
                    Id = Rows.Id<AccountApplicationRow>(number),
                },
                intent,
                Now,
                Most
            )
        );
    }

    public Ran<AccountApplicationRow> Verify(string? failure = null, string? refusal = null) =>
        Bank.Run(
            new CompleteVerification(
                Rows.World,
                Now,
                verification,
                New,
                new(failure, refusal, new(1990, 3, 7), "示例银行一"),
                Opening()
            )
        );

    /// <summary>A browser comes, and a code is sent.</summary>
    public Ran<Done> Visit(string? mobileIndex = null, CodesOf where = CodesOf.Nowhere)
    {
        // Long enough after the last code.
        Now += OneTimeCodeRules.LeastPause;
        var code = new NewOneTimeCode(
            Rows.Id<OneTimeCodeRow>(1_000 + ++count),
            Rows.Id<IntentRow>(1_000 + ++count),
            mobileIndex ?? New.MobileIndex,
            rightMac,
            Rows.Sealed,
            Now
        )
        {
            Sources = where == CodesOf.Nowhere ? [] : [new($"{where}", MostCodes)],
        };
        var begun = new ApplicationVisitRow
        {
            Id = Rows.Id<ApplicationVisitRow>(1_000 + count),
            ApplicationId = New.Id,
            State = VisitState.Begun,
            BrowserHash = "before",
            CodeId = code.CodeId,
            ExpiresAt = Now.AddMinutes(30),
        };
        var ran = Bank.Run(new BeginVisit(Rows.World, Now, begun, code));
        visit = ran.Decision is Accepted<Done> ? begun : visit;
        return ran;
    }

    public bool HasVisit => visit is not null;

    public EnterApplicationCode Entered(bool right) =>
        new(Rows.World, Now, visit!, New, right ? rightMac : [7, 7, 7], "after", Opening(), Now);

    public Ran<CodeCheck> Enter(bool right) => Bank.Run(Entered(right));

    public Ran<AccountApplicationRow> Refuse() => Bank.Run(new RefuseApplication(Rows.World, Now, New.Id));

    public Ran<AccountApplicationRow> Expire() => Bank.Run(new ExpireApplication(Rows.World, Now, New.Id));

    public void ToCode()
    {
        Create();
        Verify();
        Visit();
    }

    public void PutCustomer(int accounts, bool withPin) =>
        Bank.Put(
                CustomerTables.Customers,
                Rows.Customer with
                {
                    TypeTwoAccounts = accounts,
                    PinHash = withPin ? Rows.Sealed : null,
                }
            )
            .Put(
                CustomerTables.Identities,
                new CustomerIdentityRow { IdNumberIndex = New.IdNumberIndex, CustomerId = Rows.Customer.Id }
            );

    private Opening Opening() =>
        new(
            Rows.Customer.Id,
            Known: Bank.Find(CustomerTables.Identities, new(New.IdNumberIndex)) is null
                ? null
                : Bank.Get(CustomerTables.Customers, Rows.Customer.Id),
            Rows.Sealed,
            new()
            {
                Id = account.CardId,
                CustomerId = Rows.Customer.Id,
                Bank = "示例银行一",
                LastFour = "0012",
                Number = Rows.Sealed,
                CreatedAt = Rows.Noon,
            },
            account
        );
}
