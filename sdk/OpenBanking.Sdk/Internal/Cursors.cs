using System.Runtime.CompilerServices;

namespace OpenBanking.Internal;

/// <summary>Walks a list from page to page.</summary>
internal static class Cursors
{
    public const int LargestPage = 100;

    /// <summary>Every item of the list, one page at a time, as the caller asks for them.</summary>
    /// <param name="readPage">Reads the page after a cursor; the first one for null.</param>
    /// <param name="cancellationToken">Ends the walk.</param>
    public static async IAsyncEnumerable<T> StreamAsync<T>(
        Func<string?, CancellationToken, Task<Page<T>>> readPage,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
        where T : ResponseObject
    {
        string? cursor = null;
        while (true)
        {
            var page = await readPage(cursor, cancellationToken).ConfigureAwait(false);
            foreach (var item in page.Data)
            {
                yield return item;
            }

            if (!page.HasMore)
            {
                yield break;
            }

            cursor = Next(page, cursor);
        }
    }

    /// <summary>A path with its query: the filters are the list's own, escaped, and what is null is left out.</summary>
    /// <exception cref="ArgumentException">The cursor is blank.</exception>
    public static string WithQuery(
        string path,
        int? limit,
        string? after,
        params (string Name, string? Value)[] filters
    )
    {
        RequestCheck.NotBlank(after);
        string?[] parts =
        [
            .. filters
                .Where(filter => filter.Value is not null)
                .Select(filter => $"{filter.Name}={filter.Value}"),
            limit is { } size ? $"limit={size}" : null,
            after is { } cursor ? "after=" + Uri.EscapeDataString(cursor) : null,
        ];
        var query = string.Join('&', parts.Where(part => part is not null));
        return query.Length == 0 ? path : $"{path}?{query}";
    }

    public static void CheckPageSize(int pageSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pageSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pageSize, LargestPage);
    }

    private static string Next<T>(Page<T> page, string? cursor) =>
        page.NextCursor is { Length: > 0 } next && next != cursor
            ? next
            : throw new OpenBankingException("The list says that more follows, and not where.")
            {
                Status = page.Response?.Status,
                RequestId = page.Response?.RequestId,
            };
}
