using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;
using Npgsql;
using OpenBanking.Server.Audit;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Http.OpenApi;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Storage.Migrations;
using OpenBanking.Server.Storage.Postgres;
using OpenBanking.Server.Storage.Sqlite;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.CommandLine;

/// <summary>What the server can be told to do on its command line.</summary>
public static class ServerCommands
{
    private const int Ok = 0;
    public const int Failed = 1;

    public const int CannotStart = 2;

    /// <summary>How many places of a rule that does not hold verify-books names.</summary>
    private const int SubjectsNamed = 5;

    /// <summary>What follows openapi for the older form.</summary>
    public const string OlderOpenApi = "3.0";

    private const string UpToDate = "The schema is up to date";

    /// <summary>What follows migrate, without its switch. Settings name their section, so that a switch with a slip in it
    /// is no setting that nobody reads.</summary>
    /// <exception cref="WrongSettingException">There is no such switch.</exception>
    public static string[] SettingsOfMigrate(string[] arguments, string planOnly) =>
        arguments.FirstOrDefault(argument =>
            argument != planOnly && IsSwitch(argument) && !argument.Contains(':', StringComparison.Ordinal)
        )
            is { } unknown
            ? throw new WrongSettingException($"migrate has no switch {unknown}; it has {planOnly}.")
            : Settings("migrate", [.. arguments.Where(argument => argument != planOnly)]);

    /// <summary>The arguments as settings: what is no setting must be a command that there is, with the words that it has and no
    /// others.</summary>
    /// <exception cref="WrongSettingException">There is no such command, word or switch.</exception>
    public static string[] Configured(string[] args) =>
        args switch
        {
            // Its output is the document alone.
            ["openapi", OlderOpenApi, .. var settings] => Configured(["openapi", .. settings]),
            ["openapi", .. var settings] =>
            [
                .. Settings(args[0], settings),
                "--Logging:LogLevel:OpenBanking.Server.Audit=None",
            ],
            [var command, ..] when !IsSwitch(command) =>
            [
                .. Settings(command, SettingsOf(args)),
                "--Storage:MustExist=true",
            ],
            _ => WithValues(args),
        };

    /// <summary>Settings of a server that serves: a switch without a value, or a value without a switch, would be read by nobody.</summary>
    private static string[] WithValues(string[] args)
    {
        for (var i = 0; i < args.Length; i++)
        {
            var word = args[i];
            if (!IsSwitch(word))
            {
                throw new WrongSettingException($"{word} is no setting. Settings are --Section:Name=VALUE.");
            }

            if (word.Contains('=', StringComparison.Ordinal))
            {
                continue;
            }

            if (i + 1 == args.Length || IsSwitch(args[i + 1]))
            {
                throw new WrongSettingException($"{word} has no value. Settings are --Section:Name=VALUE.");
            }

            // The next word is its value.
            i++;
        }

        return args;
    }

    private static bool IsSwitch(string word) => word.StartsWith("--", StringComparison.Ordinal);

    /// <summary>What follows a command and its own words. Settings name their section and have their value with them: a switch with
    /// a slip in it, or one that there is not, would take what comes next for its value, and nobody read it.</summary>
    /// <exception cref="WrongSettingException">One of them is no setting.</exception>
    public static string[] Settings(string command, string[] settings) =>
        settings.FirstOrDefault(word => !IsSetting(word)) is { } unknown
            ? throw new WrongSettingException(
                $"{command} does not know {unknown}. Settings are --Section:Name=VALUE."
            )
            : settings;

    public static bool IsSetting(string word) =>
        IsSwitch(word) && word.Split('=', 2) is [var name, _] && name.Contains(':', StringComparison.Ordinal);

    /// <summary>What follows the words of a command that works on books that there are.</summary>
    private static string[] SettingsOf(string[] args) =>
        args switch
        {
            [
                "verify-books"
                or "verify-audit"
                or TransferCommands.Outstanding
                or CaseCommands.List
                or PartnerCommands.List,
                .. var settings,
            ] => settings,
            ["resolve-finding", var id, .. var settings] when !IsSwitch(id) => settings,
            ["resolve-finding", ..] => throw new WrongSettingException(
                "resolve-finding needs the finding's id, fnd_…, as verify-books lists it."
            ),
            [AccountCommands.Freeze or AccountCommands.Unfreeze, var id, .. var settings]
                when !IsSwitch(id) => settings,
            [AccountCommands.Freeze or AccountCommands.Unfreeze, ..] => throw new WrongSettingException(
                $"{args[0]} needs the account's id, acct_…, as find-customer lists it."
            ),
            [TransferCommands.Resolve, var id, var outcome, .. var settings]
                when !IsSwitch(id) && TransferCommands.Outcomes.Contains(outcome) => settings,
            [TransferCommands.Resolve, ..] => throw new WrongSettingException(
                $"{TransferCommands.Resolve} needs the transfer's reference, int_…, as {TransferCommands.Outstanding} lists it, "
                    + $"and what the card's bank says: {string.Join(", ", TransferCommands.Outcomes)}."
            ),
            [TransferCommands.Retry, var id, .. var settings] when !IsSwitch(id) => settings,
            [TransferCommands.Retry, ..] => throw new WrongSettingException(
                $"{TransferCommands.Retry} needs the withdrawal's id, wdr_…, as {TransferCommands.Outstanding} lists it."
            ),
            [CaseCommands.Take or CaseCommands.Answer or CaseCommands.Correct, var id, .. var words]
                when !IsSwitch(id) => CaseCommands.SettingsOf(args[0], words),
            [CaseCommands.Take or CaseCommands.Answer or CaseCommands.Correct, ..] => CaseCommands.SettingsOf(
                args[0],
                []
            ),
            [CustomerCommands.Find, var mobile, .. var settings] when CustomerCommands.IsNumber(mobile) =>
                settings,
            [CustomerCommands.Find, ..] => throw new WrongSettingException(
                $"{CustomerCommands.Find} needs the customer's mobile number, {CustomerCommands.NumberForm}."
            ),
            [CustomerCommands.Release, var id, var mobile, .. var settings]
                when !IsSwitch(id) && CustomerCommands.IsNumber(mobile) => settings,
            [ImageCommands.Write, var id, var folder, .. var settings]
                when !IsSwitch(id) && !IsSwitch(folder) => settings,
            [CustomerCommands.Release, ..] => throw new WrongSettingException(
                $"{CustomerCommands.Release} needs the customer's id, cus_…, as find-customer lists it, and the mobile number, "
                    + $"{CustomerCommands.NumberForm}."
            ),
            [ImageCommands.Write, ..] => throw new WrongSettingException(ImageCommands.Usage),
            [FeeCommands.Set, var owner, .. var words] when !IsSwitch(owner) => FeeCommands.SettingsOf(words),
            [PayoutCommands.PayOut, .. var settings] => settings,
            [CampaignCommands.Settle, var id, .. var settings] when !IsSwitch(id) => settings,
            [CampaignCommands.Settle, ..] => throw new WrongSettingException(
                "settle-campaign needs the campaign's id, cmp_…."
            ),
            [FeeCommands.Set, ..] => throw new WrongSettingException(FeeCommands.Usage),
            [
                PartnerCommands.RegisterPartner
                or PartnerCommands.RegisterApp
                or PartnerCommands.ShowApp
                or PartnerCommands.ChangeApp
                or PartnerCommands.EndApp,
                .. var words,
            ] => PartnerCommands.SettingsOf(args[0], words),
            ["keys", .. var more] => KeyCommands.SettingsOf(more),
            _ => throw new WrongSettingException(
                $"There is no command {args[0]}; help lists those that there are. Without one the server serves."
            ),
        };

    /// <summary>Serves until it is stopped.</summary>
    public static async Task<int> ServeAsync(this WebApplication app)
    {
        await app.PrepareAsync();
        await app.RunAsync();
        return Ok;
    }

    /// <summary>What must be done before the first request.</summary>
    public static async Task PrepareAsync(this WebApplication app)
    {
        // What is wrong with its keys or settings is said before anything is started.
        app.Services.GetRequiredService<TokenFilter>();
        var options = app.Services.GetRequiredService<ServerOptions>();
        app.ListenOnlyWhereItIsSafe(options);
        app.RequirePorts();
        app.Services.GetRequiredService<AuditOptions>().RequireHeadsFile();
        await app.Services.GetRequiredService<SigningKeys>().LoadAsync();
        await app.Services.GetRequiredService<SharedProofs>().JoinAsync();
        var risks = await app.Services.GetRequiredService<Store>().RisksAsync();
        foreach (var risk in risks.Append(DataFolder.WhatOthersMayRead(options.DataFolder)).OfType<string>())
        {
            app.Logger.LogWarning("{Risk}", risk);
        }
    }

    /// <summary>verify-books: proves that the books balance, but for what is known by findings that were resolved; no other process
    /// may have the data open.</summary>
    public static async Task<int> VerifyBooksAsync(this WebApplication app)
    {
        using var snapshot = await app.Services.GetRequiredService<Store>().OpenSnapshotAsync();
        if (await snapshot.FindDamageAsync() is { } damage)
        {
            Console.WriteLine(damage);
            return Failed;
        }

        var audit = new BooksAudit(snapshot);
        var names = new SubjectNames(snapshot);
        var violations = await audit.FindViolationsAsync();
        var (payments, entries) = await audit.CountAsync();
        var known = 0;
        foreach (var (rule, count) in violations)
        {
            var places = await audit.FindSomeAsync(rule);
            var rows = places.DistinctBy(place => (place.World, place.Violation.Subject)).ToList();
            var areAll = places.Count < BooksAudit.MostOfSome && rows.Count == count;
            var isKnown = areAll && await app.AreKnownAsync(places);
            known += isKnown ? 1 : 0;
            Console.WriteLine($"{(isKnown ? "KNOWN to be violated" : "VIOLATED")} {count} times: {rule}");
            var named = Math.Min(rows.Count, SubjectsNamed);
            foreach (var (world, violation) in rows.Take(named))
            {
                Console.WriteLine($"  {await names.TellAsync(world, violation)} in world {world}");
            }

            if (count > named)
            {
                Console.WriteLine($"  and {count - named} more");
            }
        }

        await app.ListFindingsAsync();
        var verdict =
            violations.Count > known ? "DO NOT balance"
            : known > 0 ? "balance, but for what is known"
            : "balance";
        Console.WriteLine($"{payments} payments, {entries} entries: the books {verdict}");
        return violations.Count > known ? Failed : Ok;
    }

    private static async Task<bool> AreKnownAsync(
        this WebApplication app,
        IReadOnlyList<(World World, Violation Violation)> places
    )
    {
        var findings = app.Services.GetRequiredService<Findings>();
        foreach (var (world, violation) in places)
        {
            if (!await findings.IsKnownAsync(world, violation))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>verify-audit: proves that the audit is as it was sealed; with Audit:HeadsFile, that nothing of its end is
    /// missing either.</summary>
    public static async Task<int> VerifyAuditAsync(this WebApplication app)
    {
        var audit = app.Services.GetRequiredService<AuditOptions>();
        var exported = await audit.ReadHeadsAsync();
        var verdict = await app.Services.GetRequiredService<AuditVerifier>().VerifyAsync(exported);
        await app.ListFindingsAsync();
        if (verdict.LastHead is not null)
        {
            Console.WriteLine($"head: {verdict.LastHead}");
        }

        if (audit.HeadsFile is { } file && verdict.Broken is null)
        {
            Console.WriteLine($"heads of {file}: {exported.Count}, all in the chain");
        }

        Console.WriteLine(
            verdict.Broken
                ?? $"{verdict.Positions} positions, signed to {verdict.SignedPosition}; "
                    + $"{verdict.Unsealed} records are not sealed yet; "
                    + $"{verdict.Unanswered} entries from before the audit: nothing was changed"
        );
        return verdict.Broken is null ? Ok : Failed;
    }

    /// <summary>resolve-finding: closes a finding of the auditor, and frees the account it froze.</summary>
    public static async Task<int> ResolveFindingAsync(this WebApplication app, string text)
    {
        if (
            !Id<FindingRow>.TryParse(text, out var id)
            || await app.Services.GetRequiredService<Findings>().ResolveAsync(id) is not { } finding
        )
        {
            Console.WriteLine($"There is no finding {text}.");
            return Failed;
        }

        Console.WriteLine($"resolved: {finding.Id} {finding.Rule}");
        return Ok;
    }

    private static async Task ListFindingsAsync(this WebApplication app)
    {
        var names = new SubjectNames(app.Services.GetRequiredService<Store>());
        var findings = app.Services.GetRequiredService<Findings>();
        foreach (var (world, finding) in await findings.ListOpenAsync())
        {
            var subject = await names.TellAsync(world, finding);
            Console.WriteLine(
                $"OPEN {finding.Id} in world {world} since {finding.FoundAt:u}: it did not hold that {finding.Rule} ({subject})"
                    + await findings.TellFrozenAsync(world, finding)
            );
        }
    }

    /// <summary>migrate: brings the schema up to date; with --plan it tells what that would be, and changes nothing.</summary>
    public static int Migrate(IConfiguration settings, bool planOnly)
    {
        var options = settings.Read<StorageOptions>();
        var dataFolder = settings.GetValue(
            $"{ServerOptions.Section}:{nameof(ServerOptions.DataFolder)}",
            new ServerOptions().DataFolder
        )!;
        if (planOnly && !Stores.MayHaveBegun(options, dataFolder))
        {
            return WritePlan(Migrator.PlanOfNothing(SqliteMigrations.Dialect, options.RehearsalFolder));
        }

        using var store = Stores.Connect(options, dataFolder);
        if (planOnly)
        {
            return WritePlan(Migrator.Plan(store));
        }

        Migrator.Apply(
            store,
            TimeProvider.System,
            migration => Console.WriteLine($"applied: {migration.Name}")
        );
        Console.WriteLine(UpToDate);
        return Ok;
    }

    private static int WritePlan(
        IReadOnlyList<(Migration Migration, IReadOnlyList<RunningNode> ShutOut)> plan
    )
    {
        foreach (var (migration, shutOut) in plan)
        {
            var kind =
                migration.Expands ? "expand: every running server goes on working"
                : migration.Contracts
                    ? $"contract: needs servers of schema {migration.OldestServer:0000} or newer"
                : "needs servers that know it";
            var warning = shutOut.Count > 0 ? $"; stop first: {string.Join(", ", shutOut)}" : "";
            Console.WriteLine($"to apply: {migration.Name} ({kind}{warning})");
        }

        Console.WriteLine(plan.Count == 0 ? UpToDate : $"{plan.Count} to apply; nothing was changed");
        return Ok;
    }

    /// <summary>openapi: writes the OpenAPI document to the standard output; with 3.0 as OpenAPI 3.0.</summary>
    public static async Task<int> WriteOpenApiAsync(this WebApplication app, bool older)
    {
        app.Services.GetRequiredService<TokenFilter>();
        // The routes are known only to a server that has started.
        app.Urls.Add("http://127.0.0.1:0");
        await app.StartAsync();
        Console.Write(await OpenApi.WriteAsync(app.Services, older));
        await app.StopAsync();
        return Ok;
    }

    /// <summary>All that are missing at once, so that the bank's engineer starts once and not four times.</summary>
    private static void RequirePorts(this WebApplication app)
    {
        Type[] ports =
        [
            typeof(IIdentityVerification),
            typeof(IRiskDecision),
            typeof(IPaymentRisk),
            typeof(ICardRail),
            typeof(IMessageSender),
            typeof(ISettlementRail),
            .. app.Services.GetRequiredService<OutsideLimits>().ExportPostings ?? true
                ? (Type[])[typeof(ICoreBankingPostings)]
                : [],
        ];
        string[] missing =
        [
            .. ports.Where(port => app.Services.GetService(port) is null).Select(port => port.Name),
        ];
        if (missing.Length > 0)
        {
            throw new InvalidOperationException(
                $"Nothing is registered for {string.Join(", ", missing)}. Connect the bank's own "
                    + "(docs/operating/integrate.md), or run a sandbox with Server:Sandbox=true."
            );
        }
    }

    /// <summary>Why what was to be verified does not hold, when it cannot even be read; null when that is not why.</summary>
    public static string? WhyNotProven(string[] args, Exception failure) =>
        args is ["verify-books" or "verify-audit", ..]
            ? failure switch
            {
                DamagedLogException => failure.Message,
                StoreUnavailableException { Damage: { } damaged } => damaged,
                SqliteStoreException damage when SqliteFailure.IsDamage(damage) => SqliteFailure.Tell(damage),
                NpgsqlException damage when PostgresFailure.IsDamage(damage) => PostgresFailure.Tell(damage),
                _ => null,
            }
            : null;

    /// <summary>What keeps the server from starting, when it is the settings or the machine and not a bug.</summary>
    public static string? WhyNotStarted(Exception failure) =>
        failure switch
        {
            StoreUnavailableException unavailable => unavailable.Reason,
            StoreInUseException or DamagedLogException or OutcomeUnknownException => failure.Message,
            InvalidOperationException => failure.Message,
            ArgumentException => failure.Message,
            WrongSettingException => failure.Message,
            SchemaTooNewException => failure.Message,
            // The values that the vault opens.
            AuthenticationTagMismatchException =>
                "A sealed value does not open: it was changed, or sealed with another key than this server has.",
            CryptographicException => failure.Message,
            NpgsqlException => PostgresFailure.Tell(failure),
            IOException { InnerException: AddressInUseException } =>
                $"{failure.Message} Stop what uses it, or choose another port with Server:PublicAddress.",
            SqliteStoreException => SqliteFailure.Tell(failure),
            IOException or UnauthorizedAccessException or FormatException => failure.Message,
            _ => null,
        };
}
