namespace OpenBanking.Server.Worlds;

/// <summary>Which bank a row belongs to: the live one, or one of the sandboxes. Part of every key.</summary>
public readonly record struct World(int Number)
{
    public static World Live { get; } = new(0);

    public override string ToString() => Number.ToString();
}
