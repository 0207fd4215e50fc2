namespace OpenBanking.Tests.Rules.Sequences;

/// <summary>Assertions that hold millions of times: they cost next to nothing until one fails.</summary>
internal static class Must
{
    public static void Be<T>(T expected, T actual)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            Assert.Equal(expected, actual);
        }
    }

    public static void BeInOrder<T>(IEnumerable<T> expected, IEnumerable<T> actual)
    {
        if (!expected.SequenceEqual(actual))
        {
            Assert.Equal(expected, actual);
        }
    }

    public static void BeInRange(long actual, long least, long most)
    {
        if (actual < least || actual > most)
        {
            Assert.InRange(actual, least, most);
        }
    }

    public static void All<T>(IEnumerable<T> items, Action<T> hold)
    {
        foreach (var item in items)
        {
            hold(item);
        }
    }
}
