using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;

namespace OpenBanking.Tests.Rules.Accounts;

/// <summary>An account whose customer has a PIN. Its card is number 0, and says nowhere whose it is; other cards have the numbers
/// that tests give them.</summary>
internal sealed class CardScene
{
    public const string MobileIndex = "mobile";

    private static readonly byte[] rightPin = [1, 1, 1];
    private int intents;

    public MemoryBank Bank { get; } =
        new MemoryBank()
            .Put(AccountTables.Accounts, Rows.Account with { CardId = IdOf(0) })
            .Put(CustomerTables.Customers, Rows.Customer with { PinHash = rightPin, PinSalt = [9] })
            .Put(ConsentTables.Consents, Rows.Consent)
            .Put(CustomerTables.BoundCards, NewCard(0) with { AccountId = null })
            .Put(
                CustomerTables.Mobiles,
                new CustomerMobileRow { MobileIndex = MobileIndex, CustomerId = Rows.Customer.Id }
            );

    public AccountRow Account => Bank.Get(AccountTables.Accounts, Rows.Account.Id);

    public AccountVerificationRow? Verification =>
        Bank.Find(AccountTables.Verifications, new(Rows.Account.Id, VerificationPurpose.Card));

    /// <summary>What was sent to the phone.</summary>
    public IEnumerable<IntentRow> Messages =>
        Bank.All(IntentTables.Intents).Where(intent => intent.Kind == IntentKind.SendMessage);

    /// <summary>What is bound, as the rows say it.</summary>
    public IEnumerable<Id<BoundCardRow>> Bound =>
        Bank.All(CustomerTables.BoundCards)
            .Where(card =>
                card.Id == Account.CardId || (card.AccountId == Account.Id && card.RemovedAt is null)
            )
            .Select(card => card.Id);

    public static Id<BoundCardRow> IdOf(int number) => Rows.Id<BoundCardRow>(number + 1);

    public BoundCardRow Card(int number) => Bank.Get(CustomerTables.BoundCards, IdOf(number));

    public void Put(AccountRow account) => Bank.Put(AccountTables.Accounts, account);

    /// <summary>With more cards, each of which was verified.</summary>
    public CardScene With(params IEnumerable<int> numbers)
    {
        foreach (var number in numbers)
        {
            Bank.Run(Add(number));
            Bank.Run(Complete(number));
        }

        return this;
    }

    public AddCard Add(int number) =>
        new(
            Rows.World,
            Rows.Noon,
            Account,
            rightPin,
            IsBound: false,
            Verification,
            IntentOf(number),
            Rows.Sealed,
            Rows.Noon
        );

    public CompleteCard Complete(int number) =>
        new(
            Rows.World,
            Rows.Noon,
            Account,
            IntentOf(number),
            MobileIndex,
            Verified: true,
            NewCard(number),
            NewNotice()
        );

    public ChooseCard Choose(int number) =>
        new(Rows.World, Rows.Noon, Account, IdOf(number), rightPin, NewNotice(), [Rows.Consent.Id]);

    public RemoveCard Remove(int number) =>
        new(Rows.World, Rows.Noon, Account, IdOf(number), rightPin, NewNotice());

    private static Id<IntentRow> IntentOf(int number) => Rows.Id<IntentRow>(1_000 + number);

    public static BoundCardRow NewCard(int number) =>
        new()
        {
            Id = IdOf(number),
            CustomerId = Rows.Customer.Id,
            Bank = "示例银行一",
            LastFour = "0012",
            Number = Rows.Sealed,
            CreatedAt = Rows.Noon,
            AccountId = Rows.Account.Id,
        };

    private Notice NewNotice() => new(Rows.Id<IntentRow>(++intents), Rows.Sealed, Rows.Noon);
}
