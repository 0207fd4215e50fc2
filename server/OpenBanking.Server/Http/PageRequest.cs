using System.Globalization;
using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Http.Metadata;
using OpenBanking.Server.Engine;

namespace OpenBanking.Server.Http;

/// <summary>Says that a route answers with pages.</summary>
public sealed record Paged;

/// <summary>A parameter of one list beside those of all.</summary>
/// <param name="Description">What it is, for the OpenAPI document.</param>
/// <param name="Format">Of its text, as JSON Schema names it.</param>
public sealed record ListParameter(string Name, string Description, string Example, string? Format = null);

/// <summary>Which page of a list is asked for: <c>?limit=20&amp;after=…</c>. A cursor is opaque and names the last
/// item seen, so that pages stay stable under inserts.</summary>
public sealed class PageRequest : IRefusableArgument, IEndpointParameterMetadataProvider
{
    private const string OutOfRange = "out_of_range";

    /// <summary>The parameters of every list.</summary>
    private static readonly string[] names = ["limit", "after"];

    private IQueryCollection Query { get; init; } = QueryCollection.Empty;

    public int Limit { get; private init; } = ServerLimits.DefaultPage;

    /// <summary>The text inside the cursor; null for the first page.</summary>
    public string? After { get; private init; }

    public IResult? Refused { get; private init; }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new Paged());

    public static ValueTask<PageRequest> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        _ = parameter;
        var query = context.Request.Query;
        string[] known =
        [
            .. names,
            .. context.GetEndpoint()!.Metadata.GetOrderedMetadata<ListParameter>().Select(own => own.Name),
        ];
        // A filter that is not there would be taken for one, and the whole list for what it lets through.
        if (query.Keys.FirstOrDefault(name => !known.Contains(name)) is { } unknown)
        {
            return Refuse(
                Problem(
                    unknown,
                    JsonShape.UnknownField,
                    $"There is no such parameter; known are: {string.Join(", ", known)}."
                )
            );
        }

        var limit = ServerLimits.DefaultPage;
        if (
            query["limit"] is { Count: > 0 } limits
            && (
                limits.Count > 1
                || !int.TryParse(limits[0], out limit)
                || limit is < 1 or > ServerLimits.LargestPage
            )
        )
        {
            return Refuse(
                Problem("limit", OutOfRange, $"A number from 1 to {ServerLimits.LargestPage} is expected.")
            );
        }

        string? after = null;
        if (
            query["after"] is { Count: > 0 } cursors
            && (cursors.Count > 1 || !TryOpen(cursors[0], out after))
        )
        {
            return Refuse(WrongCursor());
        }

        return ValueTask.FromResult(
            new PageRequest
            {
                Limit = limit,
                After = after,
                Query = query,
            }
        );
    }

    /// <summary>What a <see cref="ListParameter"/> says; null when it is not there. Said twice, it is neither.</summary>
    public string? Find(string name) => Query.TryGetValue(name, out var values) ? values.ToString() : null;

    /// <summary>The number inside the cursor; null for the first page.</summary>
    public bool TryReadNumber(out long? number)
    {
        number = null;
        if (After is null)
        {
            return true;
        }

        var known = long.TryParse(After, NumberStyles.None, CultureInfo.InvariantCulture, out var read);
        number = read;
        return known;
    }

    /// <summary>The id inside the cursor; null for the first page.</summary>
    public bool TryReadId<T>(out Id<T>? id)
        where T : IIdentified
    {
        id = null;
        if (After is null)
        {
            return true;
        }

        var known = Id<T>.TryParse(After, out var read);
        id = read;
        return known;
    }

    public static IResult WrongCursor() =>
        Problem("after", OutOfRange, "The next_cursor of the page before is expected.");

    /// <summary>The page, from one item more than it shows.</summary>
    public Page<TWire> PageOf<TRow, TWire>(
        IReadOnlyList<TRow> rows,
        Func<TRow, TWire> show,
        Func<TRow, string> cursor
    )
    {
        var hasMore = rows.Count > Limit;
        return new()
        {
            Data = [.. rows.Take(Limit).Select(show)],
            HasMore = hasMore,
            NextCursor = hasMore
                ? System.Buffers.Text.Base64Url.EncodeToString(
                    Encoding.UTF8.GetBytes(cursor(rows[Limit - 1]))
                )
                : null,
        };
    }

    private static bool TryOpen(string? cursor, out string? text)
    {
        text = null;
        try
        {
            text = Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(cursor));
            return text.Length > 0;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static ValueTask<PageRequest> Refuse(IResult problem) =>
        ValueTask.FromResult(new PageRequest { Refused = problem });

    private static IResult Problem(string parameter, string code, string detail) =>
        Problems.Of(
            ProblemCodes.InvalidRequest,
            errors:
            [
                new()
                {
                    Pointer = parameter,
                    Code = code,
                    Detail = detail,
                },
            ]
        );
}
