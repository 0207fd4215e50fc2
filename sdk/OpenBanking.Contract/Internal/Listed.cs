using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace OpenBanking.Internal;

/// <summary>A list of a record, which says what it holds where the record is printed: the framework's own gives the name of its type.
/// This file is in several packages.</summary>
internal static class Listed
{
    /// <summary>The list as it is printed well.</summary>
    [return: NotNullIfNotNull(nameof(items))]
    public static IReadOnlyList<T>? Of<T>(IReadOnlyList<T>? items) =>
        items is null or Items<T> ? items : new Items<T>(items);

    /// <summary>Texts by name, as they are printed well.</summary>
    [return: NotNullIfNotNull(nameof(texts))]
    public static IReadOnlyDictionary<string, string>? Of(IReadOnlyDictionary<string, string>? texts) =>
        texts is null or Texts ? texts : new Texts(texts);

    /// <summary>Texts are shown, and objects counted: what they hold may be a person's.</summary>
    private sealed class Items<T>(IReadOnlyList<T> items) : IReadOnlyList<T>
    {
        private const int MostShown = 20;

        public int Count => items.Count;

        public T this[int index] => items[index];

        public IEnumerator<T> GetEnumerator() => items.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        public override string ToString() =>
            typeof(T) == typeof(string) && Count <= MostShown ? $"[{string.Join(", ", items)}]"
            : Count == 1 ? "[1 item]"
            : $"[{Count} items]";
    }

    private sealed class Texts(IReadOnlyDictionary<string, string> texts)
        : IReadOnlyDictionary<string, string>
    {
        public int Count => texts.Count;

        public IEnumerable<string> Keys => texts.Keys;

        public IEnumerable<string> Values => texts.Values;

        public string this[string key] => texts[key];

        public bool ContainsKey(string key) => texts.ContainsKey(key);

        public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value) =>
            texts.TryGetValue(key, out value);

        public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => texts.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        public override string ToString() =>
            $"[{string.Join(", ", texts.Select(text => $"{text.Key}: {text.Value}"))}]";
    }
}
