using System.Net;

namespace OpenBanking.Internal;

/// <summary>What became of one attempt of a call: an answer, or the failure that stands for none.</summary>
internal sealed record Attempt
{
    private const string NoRetries =
        "Take handlers that try again off it: the client tries again by itself, with a new proof each time.";
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromSeconds(30);

    private Attempt() { }

    public Answer? Answer { get; private init; }
    public OpenBankingException? Failure { get; private init; }
    public bool MayHaveBeenCarriedOut { get; private init; }
    private bool WorthRepeating { get; init; }

    public static Attempt Answered(Answer answer) =>
        new()
        {
            Answer = answer,
            MayHaveBeenCarriedOut = answer.LeavesOutcomeUnknown,
            WorthRepeating = IsTransient(answer),
        };

    /// <summary>The attempt, now that it is known how often its request has left. A refusal that is made before the bank looks at
    /// the key tells nothing of the sending before; that of a proof that was used tells that there was one, also where none is seen
    /// from here: connections that end before an answer are tried again by the framework, for what has no body, and by gateways.</summary>
    public Attempt Counting(Sendings sendings)
    {
        if (MayHaveBeenCarriedOut || Answer is not { } answer)
        {
            return this;
        }

        var cameTwice = answer.Problem?.Code == ProblemCodes.ProofReused;
        if (sendings == Sendings.Once && !cameTwice)
        {
            return this;
        }

        var refusal = Refusals.From(answer);
        return Refusals.Settles(refusal) ? this
            : cameTwice || sendings == Sendings.More
                ? SentAgain(refusal, byHandler: sendings != Sendings.Once)
            : this with
            {
                Answer = answer with
                {
                    Advice =
                        " The HttpHandler of the options read or copied the request, and may have sent it before. "
                        + NoRetries,
                },
                MayHaveBeenCarriedOut = true,
                WorthRepeating = WorthRepeating || answer.Status == Refusals.Unauthorized,
            };
    }

    /// <summary>The attempt, whose request was sent in the place of an earlier one.</summary>
    public Attempt After(Attempt earlier) =>
        earlier.MayHaveBeenCarriedOut ? this with { MayHaveBeenCarriedOut = true } : this;

    public static Attempt NotConnected(
        HttpRequestException reason,
        Uri address,
        HttpMessageHandler handler
    ) =>
        new()
        {
            Failure = Failed(
                NoConnection.Explain(reason, address, handler),
                ClientErrorCodes.ConnectionFailed,
                reason
            ),
            WorthRepeating = true,
        };

    public static Attempt Lost(Exception reason) =>
        new()
        {
            Failure = Failed(
                "The connection broke before the bank's answer was read.",
                ClientErrorCodes.ConnectionLost,
                reason
            ),
            MayHaveBeenCarriedOut = true,
            WorthRepeating = true,
        };

    /// <summary>It may have been sent before.</summary>
    public static Attempt Thrown(Exception reason) =>
        new()
        {
            Failure = Failed(
                $"The HttpHandler of the options, or one of the HTTP client's, threw {reason.GetType().Name}: "
                    + $"{Redaction.Scrub(reason.Message).TrimEnd('.')}.",
                ClientErrorCodes.ConnectionLost,
                reason
            ),
            MayHaveBeenCarriedOut = true,
            WorthRepeating = true,
        };

    /// <summary>It will not come back, so that repeating is in vain.</summary>
    /// <param name="reason">What the handler threw.</param>
    /// <param name="sent">Whether the request may have been sent before.</param>
    public static Attempt HandlerDisposed(ObjectDisposedException reason, bool sent) =>
        new()
        {
            Failure = new OpenBankingException(
                "The HttpHandler of the options has been disposed: dispose it after the last call, and not before. One handler "
                    + "serves a client, or several, for as long as the app runs.",
                reason
            )
            {
                Code = sent ? ClientErrorCodes.ConnectionLost : ClientErrorCodes.ConnectionFailed,
            },
            MayHaveBeenCarriedOut = sent,
        };

    public static Attempt TimedOut() =>
        new()
        {
            Failure = Failed("The bank did not answer in time.", ClientErrorCodes.TimedOut, reason: null),
            MayHaveBeenCarriedOut = true,
            WorthRepeating = true,
        };

    /// <summary>This attempt was not sent: something was still waited for.</summary>
    /// <param name="reason">What gave up by itself; null when the attempt's time was over.</param>
    public static Attempt NotBegun(Exception? reason) =>
        new()
        {
            Failure = Failed(
                "This attempt was not carried out: what comes before it took too long, which is the token store, CurrentKey, or a "
                    + "token of the bank's authorization server."
                    + (reason is null ? "" : " The inner exception says which."),
                ClientErrorCodes.TimedOut,
                reason
            ),
            WorthRepeating = true,
        };

    public static Attempt Unreadable(string message, Exception? reason) =>
        new()
        {
            Failure = new OpenBankingException(message, reason) { Code = ClientErrorCodes.UnexpectedAnswer },
            MayHaveBeenCarriedOut = true,
        };

    /// <summary>Whether the call is to be sent again: what must not act twice only if this attempt did nothing, because it never
    /// got away, or was refused before anything was done.</summary>
    /// <param name="repeatable">Whether sending the call twice does no more than sending it once.</param>
    /// <param name="timeLeft">What is left of the call's total timeout: no wait may outlast it.</param>
    public bool ShouldRepeat(bool repeatable, TimeSpan timeLeft) =>
        WorthRepeating
        && (repeatable || !MayHaveBeenCarriedOut)
        && (Answer?.RetryAfter is not { } wait || (wait <= LongestRetryAfter && wait < timeLeft));

    private static bool IsTransient(Answer answer) =>
        (HttpStatusCode)answer.Status
            is HttpStatusCode.RequestTimeout
                or HttpStatusCode.TooManyRequests
                or HttpStatusCode.BadGateway
                or HttpStatusCode.ServiceUnavailable
                or HttpStatusCode.GatewayTimeout
        || answer.Problem?.Code == Answer.InProgressCode;

    private static Attempt SentAgain(OpenBankingException refusal, bool byHandler) =>
        new()
        {
            Failure = Failed(
                $"{(byHandler ? "The HttpHandler of the options" : "Something on the way")} sent the request more than once, and only what "
                    + $"came of the last is known: {refusal.Message}{(byHandler ? " " + NoRetries : "")}",
                ClientErrorCodes.ConnectionLost,
                refusal
            ),
            MayHaveBeenCarriedOut = true,
            WorthRepeating = true,
        };

    private static OpenBankingException Failed(string message, string code, Exception? reason) =>
        new(message, reason) { Code = code, Retryable = true };
}
