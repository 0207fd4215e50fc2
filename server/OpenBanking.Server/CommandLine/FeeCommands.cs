using System.Globalization;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Fees;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.CommandLine;

/// <summary>set-fees: shows what a partner or an app of it pays, or adds a version of it.</summary>
public static class FeeCommands
{
    public const string Set = "set-fees";

    public const string Usage =
        "set-fees needs whose payments, prt_… or app_…; and to change what they cost rate=BASIS_POINTS, with minimum=FEN, "
        + "cap=FEN, refunded=yes|no, scene=NAME and from=YYYY-MM-DD as needed.";

    private const int MostShown = 1_000;

    private static readonly string[] names = ["rate", "minimum", "cap", "refunded", "scene", "from"];

    /// <summary>What a new version says.</summary>
    /// <param name="Refunded">Whether refunds give the fee back.</param>
    /// <param name="From">The business day it begins with; today when null.</param>
    private sealed record Terms(
        int BasisPoints,
        long Minimum,
        long? Cap,
        bool Refunded,
        string? Scene,
        DateOnly? From
    );

    /// <summary>What follows set-fees and its owner, without its own words.</summary>
    /// <exception cref="WrongSettingException">There is no such word, or it has no value that can be read.</exception>
    public static string[] SettingsOf(string[] arguments)
    {
        string[] settings = [.. arguments.Where(word => word.StartsWith("--", StringComparison.Ordinal))];
        TermsOf([.. arguments.Except(settings)]);
        return settings;
    }

    public static async Task<int> SetFeesAsync(this WebApplication app, string owner, string[] words)
    {
        var (done, lines) = await SetFeesAsync(app.Services, owner, words);
        foreach (var line in lines)
        {
            Console.WriteLine(line);
        }

        return done ? 0 : 1;
    }

    /// <summary>Every version there is then, or why there is no new one.</summary>
    public static async Task<(bool Done, IReadOnlyList<string> Lines)> SetFeesAsync(
        IServiceProvider services,
        string owner,
        string[] words
    )
    {
        if (await FindOwnerAsync(services, owner) is not var (world, ownerId))
        {
            return (false, [$"There is no partner and no app {owner}."]);
        }

        var terms = TermsOf([.. words.Where(word => !word.StartsWith("--", StringComparison.Ordinal))]);
        if (terms is not null && await AddAsync(services, world, ownerId, terms) is { } refusal)
        {
            return (false, [refusal]);
        }

        var rules = await services
            .GetRequiredService<Store>()
            .ListAsync(
                FeeTables.Rules,
                world,
                $"owner_id = {ownerId} ORDER BY effective, id LIMIT {MostShown}"
            );
        return (true, rules.Count == 0 ? [$"{owner} pays no fees of its own."] : [.. rules.Select(Describe)]);
    }

    /// <summary>Adds a version; gives why not, or null.</summary>
    private static async Task<string?> AddAsync(
        IServiceProvider services,
        World world,
        Guid ownerId,
        Terms terms
    )
    {
        var now = await services.GetRequiredService<WorldClocks>().NowAsync(world);
        var today = BusinessCalendar.DateOf(now);
        var decision = await services
            .GetRequiredService<Engine.Engine>()
            .SubmitAsync(
                new AddFeeRule(
                    world,
                    now,
                    new()
                    {
                        Id = services.GetRequiredService<Ids>().New<FeeRuleRow>(),
                        OwnerId = ownerId,
                        Scene = terms.Scene,
                        Effective = terms.From ?? today,
                        BasisPoints = terms.BasisPoints,
                        Minimum = terms.Minimum,
                        Cap = terms.Cap,
                        Refunded = terms.Refunded,
                        CreatedAt = now,
                    }
                )
            );
        return decision is not Rejected<FeeRuleRow> rejected ? null
            : rejected.Refusal.Code == FeeRules.Refusals.InThePast
                ? $"What payments cost cannot change before today, {today:yyyy-MM-dd}."
            : $"A rate is 0 to {FeeRules.MostBasisPoints} basis points, and a cap is no less than the minimum.";
    }

    private static async Task<(World World, Guid OwnerId)?> FindOwnerAsync(
        IServiceProvider services,
        string owner
    )
    {
        var store = services.GetRequiredService<Store>();
        if (Id<PartnerRow>.TryParse(owner, out var partner))
        {
            return
                await store.ListAcrossWorldsAsync(PartnerTables.Partners, 1, $"id = {partner}")
                    is [var (world, _)]
                ? (world, partner.Value)
                : null;
        }

        return
            Id<AppRow>.TryParse(owner, out var app)
            && await store.ListAcrossWorldsAsync(PartnerTables.Apps, 1, $"id = {app} AND ended_at IS NULL")
                is [var (worldOfApp, _)]
            ? (worldOfApp, app.Value)
            : null;
    }

    private static Terms? TermsOf(string[] words)
    {
        if (words.Length == 0)
        {
            return null;
        }

        var values = new Dictionary<string, string>();
        foreach (var word in words)
        {
            if (
                word.Split('=', 2) is not [var name, not "" and var value]
                || !names.Contains(name)
                || !values.TryAdd(name, value)
            )
            {
                throw new WrongSettingException($"set-fees cannot read {word}. {Usage}");
            }
        }

        return new(
            (int)(NumberOf(values, "rate") ?? throw new WrongSettingException(Usage)),
            NumberOf(values, "minimum") ?? 0,
            NumberOf(values, "cap"),
            values.GetValueOrDefault("refunded", "yes") switch
            {
                "yes" => true,
                "no" => false,
                _ => throw new WrongSettingException(Usage),
            },
            values.TryGetValue("scene", out var scene) ? SceneOf(scene) : null,
            values.TryGetValue("from", out var from) ? DateOf(from) : null
        );
    }

    private static long? NumberOf(Dictionary<string, string> values, string name) =>
        !values.TryGetValue(name, out var text) ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new WrongSettingException($"{name} is a whole number from 0 on. {Usage}");

    /// <summary>One that no app can have would apply to nothing.</summary>
    private static string SceneOf(string text) =>
        Scenes.All.Contains(text)
            ? text
            : throw new WrongSettingException(
                $"There is no scene {text}: {string.Join(", ", Scenes.All)}. {Usage}"
            );

    private static DateOnly DateOf(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, default, out var date)
            ? date
            : throw new WrongSettingException($"from is a date as in 2027-01-31. {Usage}");

    private static string Describe(FeeRuleRow rule) =>
        $"{rule.Id} from {rule.Effective:yyyy-MM-dd}, {rule.Scene ?? "every scene"}: {rule.BasisPoints} basis points, "
        + $"at least {rule.Minimum} fen"
        + (rule.Cap is { } cap ? $", at most {cap} fen" : "")
        + (rule.Refunded ? ", given back with refunds" : ", kept when refunded");
}
