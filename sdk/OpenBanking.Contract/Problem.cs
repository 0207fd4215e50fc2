using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>Why the server refused (RFC 9457, <c>application/problem+json</c>).</summary>
public sealed record Problem : ResponseObject
{
    /// <summary>The page that explains the code.</summary>
    public required string Type { get; init; }

    /// <summary>The code's meaning in a few words.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>What was wrong this time, and what to do.</summary>
    public string? Detail { get; init; }

    /// <summary>One of <see cref="ProblemCodes"/>; stable.</summary>
    public required string Code { get; init; }

    /// <summary>The server's name for this request, <c>req_…</c>: give it to the bank's support.</summary>
    public required string RequestId { get; init; }

    /// <summary>Whether the same request may succeed later.</summary>
    public required bool Retryable { get; init; }

    /// <summary>What was wrong with which field.</summary>
    public IReadOnlyList<ProblemError>? Errors
    {
        get;
        init => field = Listed.Of(value);
    }
}

/// <summary>What was wrong with one field.</summary>
public sealed record ProblemError : ResponseObject
{
    /// <summary>The field in the body (RFC 6901), such as <c>/amount/currency</c>, or the name of a header or
    /// query parameter.</summary>
    public required string Pointer { get; init; }

    /// <summary>A stable code, such as <c>required</c>, <c>unknown_field</c> or <c>wrong_type</c>.</summary>
    public required string Code { get; init; }

    /// <summary>What is expected there.</summary>
    public required string Detail { get; init; }
}
