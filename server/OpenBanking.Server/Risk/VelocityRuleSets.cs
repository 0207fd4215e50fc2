using System.Text.Json;
using System.Text.Json.Serialization;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Risk;

/// <summary>How often and how much may be paid without asking, as data: a list of rule sets, each in force from its date until
/// the next one's (<c>velocity-rules.json</c>, or the bank's own file).</summary>
public sealed class VelocityRuleSets
{
    private static readonly JsonSerializerOptions options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters =
        {
            new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false),
        },
    };

    private readonly IReadOnlyList<RuleSet> ruleSets;

    private VelocityRuleSets(IEnumerable<RuleSet> ruleSets) =>
        this.ruleSets = [.. ruleSets.OrderBy(rules => rules.Effective)];

    /// <param name="file">The bank's own rule sets; those of the server when null.</param>
    /// <exception cref="WrongSettingException">The file cannot be read, or a rule in it cannot be kept to.</exception>
    public static VelocityRuleSets Load(string? file)
    {
        try
        {
            using var stream = file is null
                ? typeof(VelocityRuleSets).Assembly.GetManifestResourceStream(
                    "OpenBanking.Server.Risk.velocity-rules.json"
                )!
                : File.OpenRead(file);
            var sets = JsonSerializer.Deserialize<RuleSet?[]>(stream, options);
            return
                sets is not null
                && sets.All(set => set is not null && set.Rules.All(rule => rule is { IsSound: true }))
                ? new(sets!)
                : throw new WrongSettingException(
                    "Risk:VelocityRules: a list of rule sets is expected; each rule needs a name, a subject, window_seconds from 1 "
                        + "to 86400, most_payments or most_amount, and then confirm or decline."
                );
        }
        catch (Exception failure)
            when (failure is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new WrongSettingException($"Risk:VelocityRules: {failure.Message}");
        }
    }

    /// <summary>What a payment is held against, and counted for.</summary>
    /// <param name="subjects">Whose payment it is.</param>
    public IReadOnlyList<VelocityCheck> ChecksFor(
        IReadOnlyDictionary<VelocitySubject, Guid> subjects,
        DateTimeOffset now
    ) =>
        [
            .. RulesOn(BusinessCalendar.DateOf(now))
                .Where(rule => subjects.ContainsKey(rule.Subject))
                .Select(rule => rule.For(subjects[rule.Subject], now)),
        ];

    private IEnumerable<VelocityRule> RulesOn(DateOnly date) =>
        ruleSets.LastOrDefault(rules => rules.Effective <= date)?.Rules.OfType<VelocityRule>() ?? [];

    private sealed record RuleSet(DateOnly Effective, IReadOnlyList<VelocityRule?> Rules);
}
