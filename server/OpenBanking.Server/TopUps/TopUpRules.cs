using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Withdrawals;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.TopUps;

/// <summary>Asks the bound card's bank for money.</summary>
/// <param name="Agreement">Read before the batch for what never changes in it.</param>
/// <param name="IntentId">The reference the card's bank will know it by.</param>
public sealed record CreateTopUp(
    World World,
    DateTimeOffset Now,
    Id<TopUpRow> TopUpId,
    Id<IntentRow> IntentId,
    AgreementRow Agreement,
    long Amount,
    DateTimeOffset RealNow
) : Command<TopUpRow>(World, Now)
{
    public override Guid Lane => Agreement.CustomerId.Value;

    public override Actor Actor => Actor.App(Agreement.AppId);

    public override Subject Subject => Subject.Of(TopUpId);

    public override void Keys(IKeySet keys)
    {
        keys.Want(ConsentTables.Agreements, Agreement.Id);
        keys.Want(AccountTables.Accounts, Agreement.AccountId);
    }

    public override Decision<TopUpRow> Decide(Book book) => TopUpRules.Create(this, book);
}

/// <summary>The card's bank answered.</summary>
/// <param name="TopUp">Read before the batch for what never changes in it.</param>
/// <param name="DeclineCode">Why the card's bank refused; null when the money came.</param>
public record CompleteTopUp(
    World World,
    DateTimeOffset Now,
    Id<IntentRow> IntentId,
    TopUpRow TopUp,
    string? DeclineCode
) : Command<TopUpRow>(World, Now)
{
    /// <summary>When what does not stay on the account is sent on to its card: real time, which the business clock of a sandbox may be
    /// ahead of.</summary>
    public DateTimeOffset RealNow { get; init; } = Now;

    public override Guid Lane => TopUp.CustomerId.Value;

    public override Subject Subject => Subject.Of(TopUp.Id);

    public override void Keys(IKeySet keys)
    {
        keys.Want(IntentTables.Intents, IntentId);
        keys.Want(TopUpTables.TopUps, TopUp.Id);
        keys.Want(ConsentTables.Agreements, TopUp.AgreementId);
        keys.Want(AccountTables.Accounts, TopUp.AccountId);
    }

    public override Decision<TopUpRow> Decide(Book book) => Decision.Accept(TopUpRules.Complete(this, book));
}

/// <summary>A person says what the card's bank has told them; so it stands in the audit.</summary>
public sealed record ResolveTopUp(
    World World,
    DateTimeOffset Now,
    Id<IntentRow> IntentId,
    TopUpRow TopUp,
    string? DeclineCode
) : CompleteTopUp(World, Now, IntentId, TopUp, DeclineCode);

/// <summary>How money comes from the bound card.</summary>
public static class TopUpRules
{
    /// <summary>
    /// Refuses: the agreement has ended, or does not allow top-ups.
    /// Declines: the account is not in use, or may not have so much on it; the agreement's limits do not allow it.
    /// </summary>
    public static Decision<TopUpRow> Create(CreateTopUp command, Book book)
    {
        var agreement = book.Get(ConsentTables.Agreements, command.Agreement.Id);
        var account = book.Get(AccountTables.Accounts, command.Agreement.AccountId);

        if (
            !AgreementRules.IsActive(agreement, command.Now)
            || !AgreementRules.IsAsRead(agreement, command.Agreement)
        )
        {
            return Decision.Reject(ProblemCodes.AgreementNotActive);
        }

        if (!agreement.TopUpAllowed)
        {
            return Decision.Reject(ProblemCodes.TopUpNotAllowed);
        }

        var decline =
            AccountRules.DeclineState(account, command.Now)
            ?? AgreementRules.DeclineTopUp(agreement, command.Amount, command.Now)
            ?? (
                AccountRules.HasRoomFor(account, command.Amount, command.Now, LimitRules.Of(book))
                    ? null
                    : DeclineCodes.AccountBalanceLimit
            );
        var topUp = book.Insert(TopUpTables.TopUps, NewTopUp(command, agreement, account, decline));
        Emit(book, topUp);
        if (decline is not null)
        {
            return Decision.Decline(topUp);
        }

        book.Update(
            ConsentTables.Agreements,
            AgreementRules.CountTopUp(agreement, command.Amount, command.Now)
        );
        IntentRules.Ask(book, command.IntentId, IntentKind.DebitCard, topUp.Id.Value, command.RealNow);
        return Decision.Accept(topUp);
    }

    /// <summary>An answer that comes twice counts once.</summary>
    public static TopUpRow Complete(CompleteTopUp command, Book book)
    {
        var topUp = book.Get(TopUpTables.TopUps, command.TopUp.Id);
        if (!IntentRules.TryFinish(book, command.IntentId))
        {
            return topUp;
        }

        topUp = book.Update(
            TopUpTables.TopUps,
            topUp with
            {
                State = command.DeclineCode is null ? TopUpState.Succeeded : TopUpState.Failed,
                DeclineCode = command.DeclineCode,
                CompletedAt = command.Now,
            }
        );
        if (topUp.State == TopUpState.Succeeded)
        {
            var account = book.Get(AccountTables.Accounts, topUp.AccountId);
            Arrive(
                book,
                account,
                topUp.Id.Value,
                topUp.AppId.Value,
                topUp.Amount,
                command.Now,
                command.RealNow
            );
        }
        else
        {
            var agreement = book.Get(ConsentTables.Agreements, topUp.AgreementId);
            var asked = BusinessCalendar.DateOf(topUp.CreatedAt);
            book.Update(
                ConsentTables.Agreements,
                AgreementRules.GiveBackTopUp(agreement, topUp.Amount, asked, command.Now)
            );
        }

        Emit(book, topUp);
        return topUp;
    }

    /// <summary>What comes to a closed account, or would be more than may be on it by now, goes back to the card.</summary>
    /// <param name="language">In which its customer ordered it; null for an app's.</param>
    internal static void Arrive(
        Book book,
        AccountRow account,
        Guid topUpId,
        Guid? appId,
        long amount,
        DateTimeOffset now,
        DateTimeOffset realNow,
        string? language = null
    )
    {
        LedgerRules.Post(
            book,
            new(
                PostingKind.TopUp,
                topUpId,
                appId,
                account.Currency,
                now,
                LedgerRules.TopUpLegs(WithdrawalRules.CreditLeg(book, account, amount, now), account.Currency)
            )
        );
        WithdrawalRules.SendOn(book, account, topUpId, amount, now, realNow, language);
    }

    public static TopUpStatus StatusOf(TopUpState state) =>
        state switch
        {
            TopUpState.Processing => TopUpStatus.Processing,
            TopUpState.Succeeded => TopUpStatus.Succeeded,
            TopUpState.Failed => TopUpStatus.Failed,
            _ => throw new InvalidOperationException($"Unknown state {state}."),
        };

    private static TopUpRow NewTopUp(
        CreateTopUp command,
        AgreementRow agreement,
        AccountRow account,
        string? decline
    ) =>
        new()
        {
            Id = command.TopUpId,
            AppId = agreement.AppId,
            AgreementId = agreement.Id,
            CustomerId = agreement.CustomerId,
            AccountId = agreement.AccountId,
            CardId = account.CardId,
            State = decline is null ? TopUpState.Processing : TopUpState.Failed,
            DeclineCode = decline,
            Currency = agreement.Currency,
            Amount = command.Amount,
            CreatedAt = CountsAt(command.Now, agreement),
            CompletedAt = decline is null ? null : CountsAt(command.Now, agreement),
        };

    /// <summary>When a top-up counts: now, or at the first moment of a later business day that has begun for the agreement
    /// already. Commands are not decided in the order of their clocks, and what was counted is given back to the day that
    /// counted it.</summary>
    private static DateTimeOffset CountsAt(DateTimeOffset now, AgreementRow agreement) =>
        agreement.Day > BusinessCalendar.DateOf(now) ? BusinessCalendar.StartOf(agreement.Day) : now;

    private static void Emit(Book book, TopUpRow topUp)
    {
        var type = topUp.State switch
        {
            TopUpState.Processing => EventTypes.TopUpProcessing,
            TopUpState.Succeeded => EventTypes.TopUpSucceeded,
            _ => EventTypes.TopUpFailed,
        };
        List<EventSubject> subjects =
        [
            EventSubject.Of("top_up_id", topUp.Id),
            EventSubject.Of("customer_id", topUp.CustomerId),
        ];
        if (topUp.DeclineCode is { } decline)
        {
            subjects.Add(EventSubject.Of("decline_code", decline));
        }

        book.Emit(new(topUp.AppId.Value, type, topUp.Version, StatusOf(topUp.State).Value, [.. subjects]));
    }
}
