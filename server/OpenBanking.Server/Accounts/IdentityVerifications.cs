using System.Security.Cryptography;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Accounts;

/// <summary>Has the five elements of an application verified, and prepares the account it may open.</summary>
public sealed class IdentityVerifications(
    Store store,
    Engine.Engine engine,
    WorldClocks clocks,
    Vault vault,
    Ids ids,
    IIdentityVerification verification
) : IIntentHandler
{
    /// <summary>The bank's issuer number, which its account numbers begin with.</summary>
    private const string IssuerNumber = "623099";
    private const int AccountNumberLength = 19;

    public IntentKind Kind => IntentKind.VerifyIdentity;

    public async Task HandleAsync(
        Reference reference,
        IntentRow intent,
        bool mayBeKnown,
        CancellationToken cancellationToken
    )
    {
        var id = new Id<AccountApplicationRow>(intent.SubjectId);
        var application = (await store.FindAsync(AccountTables.Applications, reference.World, id))!;
        var elements = vault.OpenJson<FiveElements>(application.Elements, application.Id.Value);
        var answer = mayBeKnown ? await verification.FindAsync(reference, cancellationToken) : null;
        answer ??= await verification.VerifyAsync(reference, elements, cancellationToken);
        CrashPoints.Pass(CrashPoint.OutsideAnswered);
        var bank = answer.FailureCode is null
            ? await verification.BankOfAsync(reference, elements.CardNumber, cancellationToken)
            : "";
        var decision = await engine.SubmitAsync(
            await CommandForAsync(reference, application, elements, answer, bank)
        );
        if (decision is Rejected<AccountApplicationRow> { Refusal: var refusal })
        {
            throw new InvalidOperationException(refusal.Code);
        }
    }

    private async Task<CompleteVerification> CommandForAsync(
        Reference reference,
        AccountApplicationRow application,
        FiveElements elements,
        OutsideAnswer answer,
        string bank
    )
    {
        var now = await clocks.NowAsync(reference.World);
        var known = await store.FindAsync(
            CustomerTables.Identities,
            reference.World,
            new IdNumberKey(application.IdNumberIndex)
        );
        var customerId = known?.CustomerId ?? ids.New<CustomerRow>();
        var card = NewCard(customerId, elements, bank, now);
        return new(
            reference.World,
            now,
            reference.Id,
            application,
            answer.FailureCode,
            customerId,
            IsNewCustomer: known is null,
            vault.SealJson(
                new CustomerProfile(elements.Name, elements.IdNumber, elements.Mobile),
                customerId.Value
            ),
            card,
            NewAccount(customerId, card, now)
        );
    }

    private BoundCardRow NewCard(
        Id<CustomerRow> customerId,
        FiveElements elements,
        string bank,
        DateTimeOffset now
    )
    {
        var id = ids.New<BoundCardRow>();
        return new()
        {
            Id = id,
            CustomerId = customerId,
            Bank = bank,
            LastFour = elements.CardNumber[^4..],
            Number = vault.SealText(elements.CardNumber, id.Value),
            CreatedAt = now,
        };
    }

    private AccountRow NewAccount(Id<CustomerRow> customerId, BoundCardRow card, DateTimeOffset now)
    {
        var id = ids.New<AccountRow>();
        var number = NewAccountNumber();
        return new()
        {
            Id = id,
            CustomerId = customerId,
            CardId = card.Id,
            Type = AccountType.TypeTwo.Value,
            State = AccountState.PendingActivation,
            Number = vault.SealText(number, id.Value),
            LastFour = number[^4..],
            Currency = Money.Renminbi,
            Available = 0,
            Held = 0,
            Entries = 0,
            OutflowDay = BusinessCalendar.DateOf(now),
            DayOutflow = 0,
            YearOutflow = 0,
            OpenedAt = now,
        };
    }

    private static string NewAccountNumber()
    {
        var digits = IssuerNumber;
        while (digits.Length < AccountNumberLength - 1)
        {
            digits += RandomNumberGenerator.GetInt32(10);
        }

        return digits + IdentityNumbers.LuhnDigit(digits);
    }
}
