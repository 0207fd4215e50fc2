using System.Text.Json.Serialization;

namespace OpenBanking;

/// <summary>Asks for an e-account to be opened for a person the partner knows.</summary>
public sealed record AccountApplicationRequest
{
    /// <summary>The person (<see cref="Applicant"/>) as a compact JWE (RFC 7516) to the bank's encryption key:
    /// <c>ECDH-ES+A256KW</c>, <c>A256CBC-HS512</c>, <c>cty: application/json</c>; at most 8,192 characters.</summary>
    public required string EncryptedApplicant { get; init; }

    /// <summary>Where the bank's pages send the customer at the end, with <c>application_id</c> added: one of the app's
    /// registered redirect URIs. When absent, the pages say to go back to the app.</summary>
    public string? ReturnUri { get; init; }

    /// <summary>The class of account to open: <c>type_ii</c> or <c>type_iii</c>; <c>type_ii</c> when absent.</summary>
    public AccountType? AccountType { get; init; }
}

/// <summary>Who applies: with the bank's confirmation that the card is their own, the five elements 五要素. It goes over the
/// wire encrypted only, and no text of it is ever made.</summary>
public sealed record Applicant
{
    /// <summary>The name as it stands on the ID card; 1–50 characters.</summary>
    public required string Name { get; init; }

    /// <summary>The resident ID number: 18 characters with its check digit (GB 11643).</summary>
    public required string IdNumber { get; init; }

    /// <summary>The mobile number of mainland China that the card's bank knows the person by: 11 digits.</summary>
    public required string Mobile { get; init; }

    /// <summary>The card to bind, the person's own Type I account or credit card: 13–19 digits with its check digit.</summary>
    public required string CardNumber { get; init; }

    /// <summary>Nothing of the person.</summary>
    public override string ToString() => nameof(Applicant);
}

/// <summary>A person's request to open an e-account 开户申请, through this app.</summary>
public sealed record AccountApplication : ResponseObject
{
    /// <summary><c>apl_…</c></summary>
    public required string Id { get; init; }

    /// <summary>Where it stands.</summary>
    public required AccountApplicationStatus Status { get; init; }

    /// <summary>Why it came to nothing, one of <see cref="ApplicationReasons"/>; absent otherwise.</summary>
    public string? Reason { get; init; }

    /// <summary>The class of account that was applied for; once <see cref="AccountId"/> is there, the class of that one. Who has
    /// an e-account that still waits for its first payment PIN goes on with that one, whatever its class.</summary>
    public required AccountType AccountType { get; init; }

    /// <summary>How it was made: <c>api</c>, or <c>hosted</c> on the bank's pages.</summary>
    public required string Channel { get; init; }

    /// <summary>Where the customer goes on, in their own browser: confirms by one-time code and sets the payment PIN. The same
    /// as long as there is something to do there. Absent when it was made on the bank's pages, or has ended.</summary>
    public string? ContinuationUrl { get; init; }

    /// <summary>The e-account, <c>acct_…</c>, once it is opened.</summary>
    public string? AccountId { get; init; }

    /// <summary>The customer, <c>cus_…</c>, once the e-account is opened.</summary>
    public string? CustomerId { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ends by itself, unless the e-account is opened: 24 hours after it was made, or seven days after an
    /// amount was sent to the card.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The application and where it stands; not the address where the customer goes on.</summary>
    private protected override string Describe() => $"{Id} {Status}";
}

/// <summary>Where an application for an e-account stands.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<AccountApplicationStatus>))]
public readonly record struct AccountApplicationStatus(string Value) : IOpenValue<AccountApplicationStatus>
{
    /// <summary>Taken in. Its verification is asked for in the same moment, unless it was made on the bank's pages and its customer
    /// gives pictures of the ID card first.</summary>
    public static AccountApplicationStatus Created { get; } = new("created");

    /// <summary>The card's bank is being asked whether the person is who they say.</summary>
    public static AccountApplicationStatus IdentityVerifying { get; } = new("identity_verifying");

    /// <summary>The card's bank confirms the card in no other way, so a small amount was sent to it: within seven days the customer
    /// has to say how much came, at <c>continuation_url</c> or, for an application on the bank's pages, through another account
    /// link.</summary>
    public static AccountApplicationStatus DepositPending { get; } = new("deposit_pending");

    /// <summary>They are not, or the card is not theirs; <c>reason</c> says which. A new application may be made.</summary>
    public static AccountApplicationStatus IdentityFailed { get; } = new("identity_failed");

    /// <summary>The customer has to confirm by one-time code, at <c>continuation_url</c>, and where the bank asks for them to give
    /// pictures of the ID card: the card's bank is asked once more then.</summary>
    public static AccountApplicationStatus OtpPending { get; } = new("otp_pending");

    /// <summary>Too many wrong codes. A new application may be made.</summary>
    public static AccountApplicationStatus OtpFailed { get; } = new("otp_failed");

    /// <summary>Not finished in 24 hours, or in seven days when an amount was sent to the card. A new application may be made.</summary>
    public static AccountApplicationStatus Expired { get; } = new("expired");

    /// <summary>The e-account is open. It is in use when the customer has set the payment PIN, which
    /// <c>account.active</c> tells.</summary>
    public static AccountApplicationStatus Opened { get; } = new("opened");

    /// <summary>The bank opens none, or the person has not asked for it; <c>reason</c> says which.</summary>
    public static AccountApplicationStatus Rejected { get; } = new("rejected");

    /// <inheritdoc/>
    public static AccountApplicationStatus From(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Why applications come to nothing. This file is the only source of these codes.</summary>
public static class ApplicationReasons
{
#pragma warning disable CS1591 // The catalogue below says what each code means.
    public const string IdentityNotVerified = "identity_not_verified";
    public const string CardNotVerified = "card_not_verified";
    public const string ImagesNotVerified = "images_not_verified";
    public const string UnderMinimumAge = "under_minimum_age";
    public const string DeclinedByBank = "declined_by_bank";
    public const string CustomerDeclined = "customer_declined";
    public const string TooManyWrongAmounts = "too_many_wrong_amounts";
    public const string TooManyWrongCodes = "too_many_wrong_codes";
    public const string NotConfirmedInTime = "not_confirmed_in_time";
    public const string MobileOfAnother = "mobile_of_another_customer";
    public const string MobileChanged = "mobile_changed";
    public const string TooManyAccounts = "too_many_accounts";
#pragma warning restore CS1591

    /// <summary>The catalogue.</summary>
    public static IReadOnlyList<DeclineDefinition> Catalogue { get; } =
    [
        new(
            IdentityNotVerified,
            "Name, ID number and mobile number do not belong together",
            "Check them against your ID card and what your card's bank knows.",
            "Have the customer check what they entered, then apply anew."
        ),
        new(
            CardNotVerified,
            "The card's bank does not know the card as this person's",
            "Use a card of your own, with the mobile number its bank knows.",
            "Have the customer choose another card, then apply anew."
        ),
        new(
            ImagesNotVerified,
            "The pictures of the ID card cannot be read, or show somebody else",
            "Take new pictures of your own ID card, both sides.",
            "Have the customer apply anew, with new pictures."
        ),
        new(
            UnderMinimumAge,
            "The person is younger than the rules allow",
            "Go to a branch with a parent.",
            "Do not apply again before the person is old enough."
        ),
        new(
            DeclinedByBank,
            "The bank opens no account here",
            "Ask the bank.",
            "Do not apply again; the bank says no more to anybody but the customer."
        ),
        new(
            CustomerDeclined,
            "The person has not asked for it, and said so on the bank's pages",
            "Nothing is opened. If you do want the account, begin again in the app.",
            "Do not apply again unless the customer asks for it; look who gave you these details."
        ),
        new(
            TooManyWrongAmounts,
            "The amount that was sent to the card was entered wrong too often",
            "Begin again, with a card whose statement you see.",
            "Have the customer choose another card, then apply anew."
        ),
        new(
            TooManyWrongCodes,
            "The one-time code was entered wrong too often",
            "Begin again.",
            "Apply anew when the customer asks for it."
        ),
        new(
            NotConfirmedInTime,
            "The customer did not confirm in time",
            "Begin again.",
            "Apply anew when the customer asks for it."
        ),
        new(
            MobileOfAnother,
            "The mobile number is another customer's at the bank",
            "Ask the bank to give the number to you, or use another one.",
            "Send the customer to the bank; the number may have had another owner."
        ),
        new(
            MobileChanged,
            "The customer's mobile number at the bank was changed after the application was made",
            "Begin again, with the number you have now.",
            "Apply anew with the customer's new number."
        ),
        new(
            TooManyAccounts,
            "The person has as many e-accounts of this type at the bank as the rules allow",
            "Use one you have, or close one.",
            "Link one of the customer's e-accounts instead."
        ),
    ];
}
