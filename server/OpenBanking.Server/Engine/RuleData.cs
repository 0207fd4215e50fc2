namespace OpenBanking.Server.Engine;

/// <summary>What the bank has set and rules decide by, such as limits: read once when the server starts. Rules find it in their
/// book, as they find rows, so that servers side by side in one process each have their own.</summary>
public sealed class RuleData(params IReadOnlyList<object> data)
{
    /// <summary>For books that no rules decide in.</summary>
    public static RuleData None { get; } = new();

    public T Get<T>()
        where T : class =>
        data.OfType<T>().FirstOrDefault()
        ?? throw new InvalidOperationException($"The engine was given no {typeof(T).Name}.");
}
