using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Http;

namespace OpenBanking.Server.Authorization;

/// <summary>
/// Reads authorization_details (RFC 9396), in this order: a JSON array of at most one detail of each type; the type
/// known and registered for the client; no unknown and no missing field; the values in their ranges. Anything else is
/// <c>invalid_authorization_details</c>.
/// </summary>
public static class AuthorizationDetails
{
    private const int LongestText = 8 * 1024;
    private const int Depth = 8;

    /// <summary>The one type that is not asked for here: its details are those of a payment, and made with it.</summary>
    private const string PaymentInitiation = "payment_initiation";
    private const string PaymentInitiationReason =
        "payment_initiation is made with the payment it confirms, and cannot be asked for in an authorization request: ask "
        + "for a payment_agreement.";

    private static readonly Dictionary<string, Type> types = new()
    {
        [AccountOpening.TypeName] = typeof(AccountOpening),
        [AccountInformation.TypeName] = typeof(AccountInformation),
        [CouponWallet.TypeName] = typeof(CouponWallet),
        [PaymentAgreementTerms.TypeName] = typeof(PaymentAgreementTerms),
    };

    /// <summary>The types the server knows.</summary>
    public static IReadOnlyCollection<string> Types => types.Keys;

    /// <summary>The type of a detail on the wire.</summary>
    public static string TypeOf(AuthorizationDetail detail) =>
        types.First(type => type.Value == detail.GetType()).Key;

    /// <param name="registered">The types the client may ask for.</param>
    /// <param name="which">What they are, as a refusal says it.</param>
    /// <param name="complete">Whether what was left out is made what it stands for.</param>
    public static (AuthorizationDetail[]? Details, OAuthFailure? Failure) Parse(
        string text,
        IReadOnlyCollection<string> registered,
        string which = "this client is registered for",
        bool complete = true
    )
    {
        if (text.Length > LongestText)
        {
            return (null, Refuse($"authorization_details may be at most {LongestText} characters long."));
        }

        try
        {
            using var document = JsonDocument.Parse(
                text,
                new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = Depth }
            );
            var (details, failure) = ParseAll(document.RootElement, registered, which);
            return (complete && details is not null ? [.. details.Select(Complete)] : details, failure);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return (
                null,
                Refuse("authorization_details must be a JSON array of objects, without repeated members.")
            );
        }
    }

    /// <summary>Reads details that were checked before they were stored.</summary>
    public static AuthorizationDetail[] Read(string stored) =>
        JsonSerializer.Deserialize(stored, RequestJson.Default.AuthorizationDetailArray)!;

    public static string Write(AuthorizationDetail[] details) =>
        JsonSerializer.Serialize(details, RequestJson.Default.AuthorizationDetailArray);

    private static (AuthorizationDetail[]?, OAuthFailure?) ParseAll(
        JsonElement root,
        IReadOnlyCollection<string> registered,
        string which
    )
    {
        if (root.ValueKind != JsonValueKind.Array || root.GetArrayLength() == 0)
        {
            return (null, Refuse("authorization_details must be a JSON array with at least one object."));
        }

        var details = new Dictionary<string, AuthorizationDetail>();
        foreach (var element in root.EnumerateArray())
        {
            var type = JsonText.Of(element, "type");
            if (type == PaymentInitiation)
            {
                return (null, Refuse(PaymentInitiationReason));
            }

            if (type is null || !types.TryGetValue(type, out var shape) || !registered.Contains(type))
            {
                return (
                    null,
                    Refuse($"Each detail needs a type that {which}: {string.Join(", ", registered)}.")
                );
            }

            var (detail, reason) = ParseOne(element, shape);
            if (detail is null || !details.TryAdd(type, detail))
            {
                return (null, Refuse($"{type}: {reason ?? "ask for each type at most once."}"));
            }
        }

        return ([.. details.Values], null);
    }

    private static (AuthorizationDetail?, string?) ParseOne(JsonElement element, Type type)
    {
        var shape = RequestJson.Default.GetTypeInfo(type)!;
        if (JsonShape.Check(element, shape, discriminator: "type") is [var error, ..])
        {
            return (null, $"{error.Pointer}: {error.Detail}");
        }

        try
        {
            var detail = element.Deserialize(
                (JsonTypeInfo<AuthorizationDetail>)
                    RequestJson.Default.GetTypeInfo(typeof(AuthorizationDetail))!
            )!;
            return CheckValues(detail) is { } reason ? (null, reason) : (detail, null);
        }
        catch (JsonException failure)
        {
            var wrong = JsonShape.WrongType(failure);
            return (null, $"{wrong.Pointer}: {wrong.Detail}");
        }
    }

    private static string? CheckValues(AuthorizationDetail detail) =>
        detail switch
        {
            AccountOpening { Optional: true } =>
                "/optional: an account is opened before the customer agrees.",
            AccountOpening { AccountType: { } type } when !LimitRules.IsKnown(type.Value) =>
                "/account_type: type_ii or type_iii is expected.",
            AccountInformation { Actions: { } actions }
                when !AreAmong(actions, AccountInformation.AllActions) =>
                $"/actions: one or more of {string.Join(", ", AccountInformation.AllActions)} are expected.",
            PaymentAgreementTerms { Scenes: { } scenes } when !AreAmong(scenes, Scenes.All) =>
                $"/scenes: one or more of {string.Join(", ", Scenes.All)} are expected.",
            PaymentAgreementTerms terms => CheckTerms(terms),
            _ => null,
        };

    private static bool AreAmong(IReadOnlyList<string> values, IReadOnlyList<string> known) =>
        values.Count > 0 && values.All(known.Contains);

    /// <summary>What was left out is stored as what it stands for, so that the customer sees it.</summary>
    public static AuthorizationDetail Complete(AuthorizationDetail detail) =>
        detail switch
        {
            AccountOpening opening => opening with
            {
                AccountType = opening.AccountType ?? AccountType.TypeTwo,
            },
            AccountInformation information => information with
            {
                Actions = [.. (information.Actions ?? AccountInformation.AllActions).Distinct()],
            },
            PaymentAgreementTerms { Scenes: { } scenes } terms => terms with
            {
                Scenes = [.. scenes.Distinct()],
            },
            _ => detail,
        };

    private static string? CheckTerms(PaymentAgreementTerms terms)
    {
        var monthly = terms.MonthlyLimit ?? terms.TotalLimit;
        ProblemError?[] wrong =
        [
            Wire.CheckAmount("/per_payment_limit", terms.PerPaymentLimit),
            Wire.CheckAmount("/daily_limit", terms.DailyLimit),
            Wire.CheckAmount("/total_limit", terms.TotalLimit),
            Wire.CheckAmount("/monthly_limit", monthly),
        ];
        return wrong.OfType<ProblemError>().FirstOrDefault() is { } error ? $"{error.Pointer}: {error.Detail}"
            : terms.PerPaymentLimit.Amount > terms.DailyLimit.Amount
            || terms.DailyLimit.Amount > monthly.Amount
            || monthly.Amount > terms.TotalLimit.Amount
                ? "per_payment_limit may not be more than daily_limit, nor that more than monthly_limit, nor that more than "
                    + "total_limit."
            : null;
    }

    public static OAuthFailure Refuse(string description) =>
        new(400, "invalid_authorization_details", description);
}
