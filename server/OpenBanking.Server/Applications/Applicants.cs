using System.Text.Json;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Http;
using OpenBanking.Server.Security;

namespace OpenBanking.Server.Applications;

/// <summary>Reads who applies out of the encrypted field. Checks, in order: the JWE (<see cref="Jwe"/>); a JSON object of
/// the four fields and no other; each field's form. What is answered names fields and what is expected there, and never
/// anything that was sent.</summary>
public sealed class Applicants(SigningKeys keys)
{
    private const string Field = "/encrypted_applicant";
    private const int LongestName = 50;

    private static readonly JsonDocumentOptions strict = new()
    {
        MaxDepth = 4,
        AllowDuplicateProperties = false,
    };

    public (FiveElements? Elements, IResult? Refused) Read(string encrypted)
    {
        var (content, fault) = Jwe.Open(encrypted, keys.FindEncryption);
        if (fault is not null)
        {
            return (
                null,
                Problems.Of(
                    fault == Jwe.UnknownKey
                        ? ProblemCodes.EncryptionKeyUnknown
                        : ProblemCodes.InvalidEncryption,
                    errors: [Wire.Wrong(Field, fault.Code, fault.Detail)]
                )
            );
        }

        try
        {
            using var document = JsonDocument.Parse(content!, strict);
            return Read(document.RootElement);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return (null, NotJson());
        }
    }

    private static (FiveElements? Elements, IResult? Refused) Read(JsonElement document)
    {
        var shape = RequestJson.Default.Applicant;
        var wrong = JsonShape.Check(document, shape);
        if (wrong.Count > 0)
        {
            return (null, Wire.Refuse(wrong.Select(WithoutContent)));
        }

        if (document.EnumerateObject().Any(field => field.Value.ValueKind != JsonValueKind.String))
        {
            return (null, Wire.Refuse(Wire.Wrong(Field, "wrong_type", "Every field is a string.")));
        }

        var applicant = document.Deserialize(shape)!;
        var elements = new FiveElements(
            applicant.Name.Trim(),
            applicant.IdNumber.ToUpperInvariant(),
            applicant.Mobile,
            applicant.CardNumber
        );
        return Check(elements) is { } refused ? (null, refused) : (elements, null);
    }

    private static IResult? Check(FiveElements elements) =>
        Wire.Refuse(
            Wire.CheckName(Field + "/name", elements.Name, LongestName),
            IdentityNumbers.IsResidentId(elements.IdNumber)
                ? null
                : Wrong(
                    "id_number",
                    "A resident ID number is expected: 18 characters, the last one its check digit."
                ),
            IdentityNumbers.IsMobile(elements.Mobile)
                ? null
                : Wrong("mobile", "A mobile number of mainland China is expected: 11 digits."),
            IdentityNumbers.IsCardNumber(elements.CardNumber)
                ? null
                : Wrong(
                    "card_number",
                    "A card number is expected: 13 to 19 digits, the last one its check digit."
                )
        );

    /// <summary>The name of a field that is not known was sent, too.</summary>
    private static ProblemError WithoutContent(ProblemError error) =>
        error.Code == "unknown_field"
            ? Wire.Wrong(Field, error.Code, "Only name, id_number, mobile and card_number are expected.")
            : error with
            {
                Pointer = Field + error.Pointer,
            };

    private static ProblemError Wrong(string field, string detail) =>
        Wire.Wrong($"{Field}/{field}", "wrong_format", detail);

    private static IResult NotJson() =>
        Problems.Of(
            ProblemCodes.InvalidEncryption,
            errors: [Wire.Wrong(Field, "not_json", "The content must be one JSON object in UTF-8.")]
        );
}
