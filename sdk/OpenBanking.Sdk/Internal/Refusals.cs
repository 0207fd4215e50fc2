namespace OpenBanking.Internal;

/// <summary>Turns an answer that is no success into the exception that says why.</summary>
internal static class Refusals
{
    public const int Unauthorized = 401;
    private const int TooManyRequests = 429;
    private const int RequestTimeout = 408;
    private const int ServerErrors = 500;
    private const int BadGateway = 502;
    private const int ServiceUnavailable = 503;
    private const int GatewayTimeout = 504;
    private const int MostFieldsTold = 5;
    private static readonly TimeSpan harmlessSkew = TimeSpan.FromSeconds(5);

    /// <param name="answer">The answer.</param>
    /// <param name="call">What it is the answer to, where that is known: the API has no OAuth errors.</param>
    public static OpenBankingException From(Answer answer, Call? call = null)
    {
        if (answer.Problem is { } problem)
        {
            return FromProblem(answer, problem);
        }

        if (call is not ApiCall && answer.OAuthError is { } error)
        {
            var detail = error.ErrorDescription ?? "The authorization server refused.";
            return MaySucceedLater(answer)
                ? Unavailable(answer, detail, error.Error)
                : Authentication(answer, detail, error.Error, retryable: error.Error == Challenge.UseNonce);
        }

        return answer.ChallengeError is { } challenge && answer.Status == Unauthorized
            ? Authentication(answer, "The access token was refused.", challenge, retryable: false)
            : FromSomeoneElse(answer, call);
    }

    /// <summary>What neither the API nor the authorization server has answered, as far as is seen.</summary>
    private static OpenBankingException FromSomeoneElse(Answer answer, Call? call)
    {
        var (code, detail) =
            answer.Status == TooManyRequests
                ? (
                    ProblemCodes.RateLimited,
                    "There were too many requests, for a gateway in front of the bank. Wait, and try again."
                )
            : IsUnavailable(answer)
                ? (
                    ClientErrorCodes.UnexpectedAnswer,
                    "The bank is unavailable: it, or a gateway in between, answered without saying why. Try again later."
                )
            : call is FormCall form
                ? (
                    ClientErrorCodes.UnexpectedAnswer,
                    $"The answer of {form.Name} is none of the authorization server's own: a gateway in between gave it, or another "
                        + $"server is at Authority. {form.Advice}"
                )
            : (
                ClientErrorCodes.UnexpectedAnswer,
                "The answer is none of the API's own: a gateway in between gave it, or another server is at "
                    + "ApiAddress (at Authority, where that is not set)."
            );
        return new(Message(detail, code, answer))
        {
            Status = answer.Status,
            Code = code,
            RequestId = answer.RequestId,
            RetryAfter = answer.RetryAfter,
            Retryable = MaySucceedLater(answer),
        };
    }

    /// <summary>Whether the refusal says that the request, also when sent before under the same key, was not
    /// carried out. What is refused before the key is looked up says nothing about it.</summary>
    public static bool Settles(OpenBankingException refusal) =>
        refusal is not OpenBankingAuthenticationException
        && refusal.Status is >= 400 and < ServerErrors and not (RequestTimeout or TooManyRequests)
        && refusal.Code
            is not (
                ClientErrorCodes.UnexpectedAnswer
                or ProblemCodes.InsufficientScope
                or Answer.InProgressCode
            );

    private static OpenBankingException FromProblem(Answer answer, Problem problem)
    {
        var detail = Sentences(problem);
        return answer.Status == Unauthorized
            ? Authentication(answer, detail, problem.Code, problem.Retryable)
            : new OpenBankingException(Message(detail, problem.Code, answer) + answer.Advice)
            {
                Status = answer.Status,
                Code = problem.Code,
                RequestId = problem.RequestId,
                RetryAfter = answer.RetryAfter,
                Retryable = problem.Retryable,
                Errors = problem.Errors ?? [],
            };
    }

    /// <summary>What is wrong and what helps; or with which fields, as many as somebody reads.</summary>
    private static string Sentences(Problem problem)
    {
        List<string> fields =
        [
            .. (problem.Errors ?? [])
                .Take(MostFieldsTold)
                .Select(error => $"{error.Pointer}: {Redaction.Scrub(error.Detail)}"),
        ];
        if (problem.Detail is { } detail && !IsSaidBy(fields, detail))
        {
            fields.Insert(0, detail);
        }

        return string.Join(' ', fields.Prepend($"{problem.Title.TrimEnd('.')}."));
    }

    /// <summary>Whether fields say it already: it is what one of them says, or that they say it.</summary>
    private static bool IsSaidBy(List<string> fields, string detail) =>
        fields.Count > 0
        && (
            detail == ProblemCodes.Find(ProblemCodes.InvalidRequest).Advice
            || fields.Any(field => field.EndsWith(detail, StringComparison.Ordinal))
        );

    /// <summary>An OAuth error of a server that is busy or fails (RFC 6749 §4.1.2.1 names <c>temporarily_unavailable</c> and
    /// <c>server_error</c>): it says nothing of the app's key or a customer's link.</summary>
    private static OpenBankingException Unavailable(Answer answer, string detail, string code) =>
        new(Message(detail, code, answer) + answer.Advice)
        {
            Status = answer.Status,
            Code = code,
            RequestId = answer.RequestId,
            RetryAfter = answer.RetryAfter,
            Retryable = true,
        };

    private static OpenBankingAuthenticationException Authentication(
        Answer answer,
        string detail,
        string code,
        bool retryable
    ) =>
        new(Message(detail, code, answer) + ClockAdvice(answer.ClockAhead) + answer.Advice)
        {
            Status = answer.Status,
            Code = code,
            RequestId = answer.RequestId,
            RetryAfter = answer.RetryAfter,
            Retryable = retryable,
            ClockIsOff = IsOff(answer.ClockAhead),
        };

    private static bool IsOff(TimeSpan ahead) => ahead.Duration() > harmlessSkew;

    /// <summary>Proofs and assertions are good for seconds, so a wrong clock is behind many a refusal.</summary>
    private static string ClockAdvice(TimeSpan ahead) =>
        !IsOff(ahead)
            ? ""
            : $" This machine's clock is {(long)Math.Round(ahead.Duration().TotalSeconds)} s "
                + (ahead > TimeSpan.Zero ? "ahead of" : "behind")
                + " the bank's: set it.";

    /// <summary>What a gateway answers when the server behind it does not, or not in time.</summary>
    private static bool IsUnavailable(Answer answer) =>
        answer.Status is BadGateway or ServiceUnavailable or GatewayTimeout;

    private static bool MaySucceedLater(Answer answer) =>
        answer.Status is RequestTimeout or TooManyRequests or >= ServerErrors;

    private static string Message(string detail, string code, Answer answer) =>
        $"{Redaction.Scrub(detail)} (code {Redaction.Scrub(code)}, HTTP {answer.Status}"
        + (answer.RequestId is { } id ? $", request {id}" : "")
        + (answer.RetryAfter is { } wait ? $", Retry-After {(long)wait.TotalSeconds} s)" : ")");
}
