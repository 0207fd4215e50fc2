using System.Globalization;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Cases;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Pages;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.CommandLine;

/// <summary>cases, take-case, answer-case and correct-name: what the bank's staff do about what customers ask them to look
/// into.</summary>
public static class CaseCommands
{
    public const string List = "cases";
    public const string Take = "take-case";
    public const string Answer = "answer-case";
    public const string Correct = "correct-name";

    private const string By = "by=";

    /// <summary>What follows take-case or answer-case and the case's id, without its own word.</summary>
    /// <exception cref="WrongSettingException">It does not say who does it.</exception>
    public static string[] SettingsOf(string command, string[] arguments)
    {
        string[] settings = [.. arguments.Where(word => word.StartsWith("--", StringComparison.Ordinal))];
        return arguments.Except(settings).ToArray() is [var word] && ClerkIn(word) is not null
            ? settings
            : throw new WrongSettingException(
                $"{command} needs the case's id, case_…, as {List} lists it, and {By}NAME of who does it."
            );
    }

    public static async Task<int> ListCasesAsync(this WebApplication app)
    {
        var lines = await ListAsync(app.Services);
        foreach (var line in lines)
        {
            Console.WriteLine(line);
        }

        Console.WriteLine(lines.Count == 0 ? "No case waits." : $"{lines.Count} wait");
        return 0;
    }

    /// <summary>Shows a case to whoever takes it in hand.</summary>
    public static async Task<int> TakeCaseAsync(this WebApplication app, string id, string[] words)
    {
        var (done, text) = await TakeAsync(app.Services, id, ClerkOf(words));
        Console.WriteLine(text);
        return done ? 0 : 1;
    }

    /// <summary>Answers with what comes on the standard input, where no list of processes shows it.</summary>
    public static async Task<int> AnswerCaseAsync(this WebApplication app, string id, string[] words)
    {
        var (done, text) = await AnswerAsync(
            app.Services,
            id,
            ClerkOf(words),
            await Console.In.ReadToEndAsync()
        );
        Console.WriteLine(text);
        return done ? 0 : 1;
    }

    /// <summary>Gives the customer the name that a case asks for, once the bank has seen the papers.</summary>
    public static async Task<int> CorrectNameAsync(this WebApplication app, string id, string[] words)
    {
        var (done, text) = await CorrectAsync(app.Services, id, ClerkOf(words));
        Console.WriteLine(text);
        return done ? 0 : 1;
    }

    /// <summary>What waits, without a word of what customers wrote.</summary>
    public static async Task<IReadOnlyList<string>> ListAsync(IServiceProvider services) =>
        [
            .. (await services.GetRequiredService<CaseQueries>().ListWaitingAsync()).Select(found =>
                $"{found.Row.Id} in world {found.World}: {found.Row.Kind}, {found.Row.State} since "
                + $"{found.Row.TakenAt ?? found.Row.OpenedAt:u}"
                + (found.Row.Clerk is { } clerk ? $" by {clerk}" : "")
            ),
        ];

    public static async Task<(bool Done, string Text)> TakeAsync(
        IServiceProvider services,
        string text,
        string clerk
    )
    {
        var queries = services.GetRequiredService<CaseQueries>();
        if (await queries.FindAsync(text) is not var (world, row))
        {
            return (false, $"There is no case {text}.");
        }

        var now = await services.GetRequiredService<WorldClocks>().NowAsync(world);
        var decision = await services
            .GetRequiredService<Engine.Engine>()
            .SubmitAsync(new TakeCase(world, now, row, clerk));
        if (decision is not Accepted<CaseRow> { Reply: var taken })
        {
            return (false, $"{row.Id} waits for no answer.");
        }

        var account = taken.AccountId is { } accountId
            ? await services.GetRequiredService<Store>().FindAsync(AccountTables.Accounts, world, accountId)
            : null;
        return (
            true,
            $"{taken.Id} {taken.Kind} since {taken.OpenedAt:u} in {taken.Language}\ncustomer {taken.CustomerId}"
                + (account is null ? "" : $", account {AccountCommands.Describe(account)}")
                + (taken.Line is { } line ? $", line {line}" : "")
                + (taken.PaymentId is { } payment ? $", payment {payment}" : "")
                + await DescribeAsync(services, world, taken)
                + (queries.Read(taken) is var read && read.Name is { } name ? $"\nnew name: {name}" : "")
                + $"\n{read.Text}"
        );
    }

    /// <summary>The transaction that a case is about, as its customer sees it.</summary>
    private static async Task<string> DescribeAsync(IServiceProvider services, World world, CaseRow row) =>
        await services.GetRequiredService<OwnCases>().FindTransactionAsync(world, row) is { } found
            ? $"\n{found.Kind?.ToString() ?? nameof(PostingKind.Payment)} {Amounts.Signed(found.Amount)}"
                + $" at {Times.Full(found.At)} in Beijing"
                + (found.Payee is { } payee ? $", payee {payee}" : "")
                + (found.App is { } app ? $", by the app {app}" : "")
            : "";

    public static async Task<(bool Done, string Text)> CorrectAsync(
        IServiceProvider services,
        string text,
        string clerk
    )
    {
        if (
            await services.GetRequiredService<CaseQueries>().FindAsync(text) is not var (world, row)
            || row.Kind != CaseKind.NameCorrection
        )
        {
            return (false, $"There is no case {text} that asks for a name.");
        }

        var (store, vault) = (services.GetRequiredService<Store>(), services.GetRequiredService<Vault>());
        var customer = (await store.FindAsync(CustomerTables.Customers, world, row.CustomerId))!;
        if (!CaseRules.IsWaiting(row.State) || customer.ErasedAt is not null)
        {
            return (false, $"{row.Id} waits for no answer.");
        }

        var notice = await NoticeAsync(services, world, row);
        // Of this call alone; the language that the notice was written in has ended with its own.
        CultureInfo.CurrentUICulture = new(row.Language);
        var answer = services.GetRequiredService<IStringLocalizer<Texts>>()["CorrectNameDone"].Value;
        var profile = vault.OpenJson<CustomerProfile>(customer.Profile, customer.Id.Value);
        var decision = await services
            .GetRequiredService<Engine.Engine>()
            .SubmitAsync(
                new CorrectName(
                    world,
                    await services.GetRequiredService<WorldClocks>().NowAsync(world),
                    row,
                    clerk,
                    vault.SealText(answer, row.Id.Value),
                    notice,
                    customer,
                    vault.SealJson(
                        profile with
                        {
                            Name = vault.OpenText(row.Name!, row.Id.Value),
                        },
                        customer.Id.Value
                    )
                )
            );
        return decision is Accepted<CaseRow>
            ? (true, $"corrected: {row.Id}")
            : (false, $"{row.Id} was changed meanwhile; look again with {Take}.");
    }

    public static async Task<(bool Done, string Text)> AnswerAsync(
        IServiceProvider services,
        string text,
        string clerk,
        string answer
    )
    {
        answer = answer.ReplaceLineEndings("\n").Trim();
        if (CaseRules.HiddenIn(answer) is { } hidden)
        {
            return (
                false,
                "An answer has no control characters, and none that hide or turn what is around them: "
                    + $"take out U+{hidden.Value:X4}."
            );
        }

        if (!CaseRules.IsText(answer))
        {
            return (false, $"An answer is text of 1 to {CaseRules.LongestText} characters.");
        }

        if (await services.GetRequiredService<CaseQueries>().FindAsync(text) is not var (world, row))
        {
            return (false, $"There is no case {text}.");
        }

        if (!CaseRules.IsWaiting(row.State))
        {
            return (false, $"{row.Id} waits for no answer.");
        }

        var decision = await services
            .GetRequiredService<Engine.Engine>()
            .SubmitAsync(
                new AnswerCase(
                    world,
                    await services.GetRequiredService<WorldClocks>().NowAsync(world),
                    row,
                    clerk,
                    services.GetRequiredService<Vault>().SealText(answer, row.Id.Value),
                    await NoticeAsync(services, world, row)
                )
            );
        return decision is Accepted<CaseRow>
            ? (true, $"answered: {row.Id}")
            : (false, $"{row.Id} waits for no answer.");
    }

    /// <summary>Says that there is an answer, and nothing of it: whoever holds the phone reads it.</summary>
    private static async Task<Notice> NoticeAsync(IServiceProvider services, World world, CaseRow row)
    {
        // Of this call alone.
        CultureInfo.CurrentUICulture = new(row.Language);
        var customer = await services
            .GetRequiredService<Store>()
            .FindAsync(CustomerTables.Customers, world, row.CustomerId);
        var texts = services.GetRequiredService<IStringLocalizer<Texts>>();
        return services
            .GetRequiredService<Notices>()
            .Write(customer!, texts["CaseMessage", services.GetRequiredService<BankOptions>().Name, row.Id]);
    }

    private static string ClerkOf(string[] words) => words.Select(ClerkIn).First(name => name is not null)!;

    private static string? ClerkIn(string word) =>
        word.StartsWith(By, StringComparison.Ordinal) && CaseRules.IsClerk(word[By.Length..])
            ? word[By.Length..]
            : null;
}
