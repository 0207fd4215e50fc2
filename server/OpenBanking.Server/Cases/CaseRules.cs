using System.Text;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Cases;

/// <summary>A customer opens a case.</summary>
/// <param name="Case">Its id is that of the form: a form that is sent twice opens one.</param>
public sealed record OpenCase(World World, DateTimeOffset Now, CaseRow Case) : Command<Done>(World, Now)
{
    public override Guid Lane => Case.CustomerId.Value;

    public override Actor Actor => Actor.Customer(Case.CustomerId);

    public override Subject Subject => Subject.Of(Case.Id);

    public override void Keys(IKeySet keys)
    {
        keys.Want(CustomerTables.Customers, Case.CustomerId);
        keys.Want(CaseTables.Cases, Case.Id);
    }

    public override Decision<Done> Decide(Book book) => CaseRules.Open(this, book);
}

/// <summary>Something that is done about a case.</summary>
/// <param name="Case">Read before the batch for what never changes in it.</param>
public abstract record CaseCommand(World World, DateTimeOffset Now, CaseRow Case)
    : Command<CaseRow>(World, Now)
{
    public override Guid Lane => Case.CustomerId.Value;

    public override Subject Subject => Subject.Of(Case.Id);

    public override void Keys(IKeySet keys)
    {
        keys.Want(CaseTables.Cases, Case.Id);
        keys.Want(CustomerTables.Customers, Case.CustomerId);
    }
}

/// <summary>Somebody at the bank takes a case in hand.</summary>
public sealed record TakeCase(World World, DateTimeOffset Now, CaseRow Case, string Clerk)
    : CaseCommand(World, Now, Case)
{
    public override Decision<CaseRow> Decide(Book book) => CaseRules.Take(this, book);
}

/// <summary>The bank answers a case, and tells the customer that it has.</summary>
/// <param name="Answer">Sealed.</param>
/// <param name="Notice">The message to the customer's phone.</param>
public sealed record AnswerCase(
    World World,
    DateTimeOffset Now,
    CaseRow Case,
    string Clerk,
    byte[] Answer,
    Notice Notice
) : CaseCommand(World, Now, Case)
{
    public override Decision<CaseRow> Decide(Book book) => CaseRules.Answer(this, book);
}

/// <summary>The bank corrects the customer's name as the case asks, which answers it.</summary>
/// <param name="Read">The customer as they were when <paramref name="Profile"/> was made of theirs.</param>
/// <param name="Profile">With the new name, sealed.</param>
public sealed record CorrectName(
    World World,
    DateTimeOffset Now,
    CaseRow Case,
    string Clerk,
    byte[] Answer,
    Notice Notice,
    CustomerRow Read,
    byte[] Profile
) : CaseCommand(World, Now, Case)
{
    public override Decision<CaseRow> Decide(Book book) => CaseRules.Correct(this, book);
}

/// <summary>The customer takes a case back, or is content with the answer.</summary>
public sealed record CloseCase(World World, DateTimeOffset Now, CaseRow Case) : CaseCommand(World, Now, Case)
{
    public override Actor Actor => Actor.Customer(Case.CustomerId);

    public override Decision<CaseRow> Decide(Book book) => CaseRules.Close(this, book);
}

/// <summary>How a case goes: open → in progress → answered → closed. The customer may close it at any time.</summary>
public static class CaseRules
{
    /// <summary>How many cases of a customer may wait for their answer at once.</summary>
    public const int MostOpen = 5;

    public const int LongestText = 1_000;

    public const int LongestClerk = 64;

    public const int LongestName = 50;

    /// <summary>Why something was not done; pages and commands have the words.</summary>
    public static class Refusals
    {
        public const string TooMany = "case_too_many";
        public const string NotNow = "case_state";
    }

    /// <summary>Whether customer or bank may write this; lines may be broken.</summary>
    public static bool IsText(string text) => ShownText.IsText(text, LongestText, withLines: true);

    /// <summary>The first character that may not stand in such a text; null when there is none.</summary>
    public static Rune? HiddenIn(string text) => ShownText.HiddenIn(text, withLines: true);

    public static bool IsClerk(string name) =>
        name.Length is > 0 and <= LongestClerk && !name.Any(char.IsControl);

    public static bool IsWaiting(CaseState state) => state is CaseState.Open or CaseState.InProgress;

    /// <summary>Refuses: as many cases as there may be wait for an answer; the form is another customer's.</summary>
    public static Decision<Done> Open(OpenCase command, Book book)
    {
        var customer = book.Get(CustomerTables.Customers, command.Case.CustomerId);
        if (customer.ErasedAt is not null)
        {
            return Decision.Reject(Refusals.NotNow);
        }

        if (book.Find(CaseTables.Cases, command.Case.Id) is { } known)
        {
            return known.CustomerId == customer.Id
                ? Decision.Accept(new Done())
                : Decision.Reject(Refusals.NotNow);
        }

        if (customer.OpenCases >= MostOpen)
        {
            return Decision.Reject(Refusals.TooMany);
        }

        book.Insert(CaseTables.Cases, command.Case);
        book.Update(CustomerTables.Customers, customer with { OpenCases = customer.OpenCases + 1 });
        return Decision.Accept(new Done());
    }

    /// <summary>Refuses: the case waits for no answer. Another clerk may take it from the first.</summary>
    public static Decision<CaseRow> Take(TakeCase command, Book book)
    {
        var taken = book.Get(CaseTables.Cases, command.Case.Id);
        return IsWaiting(taken.State)
            ? Decision.Accept(
                book.Update(
                    CaseTables.Cases,
                    taken with
                    {
                        State = CaseState.InProgress,
                        Clerk = command.Clerk,
                        TakenAt = taken.TakenAt ?? command.Now,
                    }
                )
            )
            : Decision.Reject(Refusals.NotNow);
    }

    /// <summary>Refuses: the case waits for no answer.</summary>
    public static Decision<CaseRow> Answer(AnswerCase command, Book book) =>
        Answer(book, command, command.Clerk, command.Answer, command.Notice);

    /// <summary>Refuses: the case waits for no answer; the customer's details changed since they were read.</summary>
    public static Decision<CaseRow> Correct(CorrectName command, Book book)
    {
        var customer = book.Get(CustomerTables.Customers, command.Case.CustomerId);
        if (!customer.Profile.AsSpan().SequenceEqual(command.Read.Profile))
        {
            return Decision.Reject(Refusals.NotNow);
        }

        book.Update(CustomerTables.Customers, customer with { Profile = command.Profile });
        return Answer(book, command, command.Clerk, command.Answer, command.Notice);
    }

    /// <summary>Ends a case of a customer who is erased: when it was, what of, and nothing that anybody wrote.</summary>
    public static void Forget(Book book, Id<CaseRow> id, DateTimeOffset now)
    {
        var row = book.Get(CaseTables.Cases, id);
        book.Update(
            CaseTables.Cases,
            row with
            {
                State = CaseState.Closed,
                ClosedAt = row.ClosedAt ?? now,
                Text = [],
                Answer = null,
                Name = null,
            }
        );
    }

    /// <summary>Closing twice is closing once.</summary>
    public static Decision<CaseRow> Close(CloseCase command, Book book)
    {
        var closing = book.Get(CaseTables.Cases, command.Case.Id);
        if (closing.State == CaseState.Closed)
        {
            return Decision.Accept(closing);
        }

        if (IsWaiting(closing.State))
        {
            CountDown(book, closing.CustomerId);
        }

        return Decision.Accept(
            book.Update(CaseTables.Cases, closing with { State = CaseState.Closed, ClosedAt = command.Now })
        );
    }

    private static Decision<CaseRow> Answer(
        Book book,
        CaseCommand command,
        string clerk,
        byte[] answer,
        Notice notice
    )
    {
        var waiting = book.Get(CaseTables.Cases, command.Case.Id);
        if (!IsWaiting(waiting.State))
        {
            return Decision.Reject(Refusals.NotNow);
        }

        CountDown(book, waiting.CustomerId);
        notice.Send(book, waiting.CustomerId);
        return Decision.Accept(
            book.Update(
                CaseTables.Cases,
                waiting with
                {
                    State = CaseState.Answered,
                    Answer = answer,
                    Clerk = clerk,
                    AnsweredAt = command.Now,
                }
            )
        );
    }

    private static void CountDown(Book book, Id<CustomerRow> customerId)
    {
        var customer = book.Get(CustomerTables.Customers, customerId);
        book.Update(CustomerTables.Customers, customer with { OpenCases = customer.OpenCases - 1 });
    }
}
