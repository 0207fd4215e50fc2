namespace OpenBanking.Server.Authorization;

/// <summary>
/// What a pushed request may say of how the customer is asked (OpenID Connect Core §3.1.2.1). Every request has the
/// customer sign in and agree anew, on pages of ours, and is answered in the query: what asks for that, or for no more,
/// is honoured; what asks for less, or for something else, is refused. <c>max_age</c> is honoured by that, too, and by
/// <c>auth_time</c> in the id token. <c>login_hint</c>, <c>acr_values</c>, <c>display</c> and <c>claims</c> are hints or
/// not supported, and ignored.
/// </summary>
public static class RequestPrompts
{
    private const string None = "none";

    /// <summary>What the customer is asked for anyway.</summary>
    public static IReadOnlyList<string> Honoured { get; } = ["login", "consent", "select_account"];

    public static OAuthFailure? Check(OAuthForm form) =>
        CheckPrompt(form["prompt"]?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [])
        ?? (
            form["response_mode"] is not (null or "query")
                ? OAuthFailure.InvalidRequest("response_mode must be query.")
            : form["max_age"] is { } age && !age.All(char.IsAsciiDigit)
                ? OAuthFailure.InvalidRequest("max_age must be a number of seconds.")
            : form["id_token_hint"] is not null
                ? OAuthFailure.InvalidRequest("id_token_hint is not taken here: who signs in is asked anew.")
            : null
        );

    private static OAuthFailure? CheckPrompt(IReadOnlyList<string> prompts) =>
        prompts is [None]
            ? new(
                400,
                "login_required",
                "The customer signs in for every request: prompt=none cannot be met."
            )
        : prompts.All(Honoured.Contains) ? null
        : OAuthFailure.InvalidRequest($"prompt may hold {string.Join(", ", Honoured)}.");
}
