using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Security;

/// <summary>
/// The keys that data keys are wrapped with, by version. The first is derived from the master key; newer ones are secrets
/// of their own. Which one wraps new values, and which are retired, stands in the store, so that all nodes change over
/// together: <see cref="RefreshAsync"/> looks.
/// </summary>
public sealed class WrappingKeys
{
    public const int First = 1;

    /// <summary>How long a node may go on wrapping with a key after another has come into use.</summary>
    public static readonly TimeSpan Spread = TimeSpan.FromMinutes(2);

    /// <summary>How long a node that cannot look wraps on; far enough below <see cref="Spread"/> for what it has wrapped to
    /// be committed.</summary>
    private static readonly TimeSpan longestUnseen = Spread / 2;

    private readonly Dictionary<int, byte[]> keys;
    private readonly Store? store;
    private readonly TimeProvider time;
    private volatile State state;

    /// <summary>The first key alone, for those who share no store.</summary>
    public WrappingKeys(ServerKeys master)
        : this(master, new Dictionary<int, string>(), store: null, TimeProvider.System) { }

    /// <param name="newer">The secrets of the versions after the first, 32 bytes in base64.</param>
    /// <exception cref="WrongSettingException">The store has values under a key that is not there.</exception>
    public WrappingKeys(
        ServerKeys master,
        IReadOnlyDictionary<int, string> newer,
        Store? store,
        TimeProvider time
    )
    {
        (this.store, this.time) = (store, time);
        keys = newer.ToDictionary(
            given => given.Key,
            given => Derive(new(Convert.FromBase64String(given.Value)), given.Key)
        );
        keys.Add(First, Derive(master, First));
        state = store is null
            ? new(First, keys, SeenAt: null)
            : StateOf(ListAsync().AsTask().GetAwaiter().GetResult());
    }

    /// <summary>The newest that this node was given.</summary>
    public int Newest => keys.Keys.Max();

    /// <summary>The one that new values are wrapped with.</summary>
    public int Current => state.Current;

    /// <summary>Those that are not retired, up to the one in use.</summary>
    public IEnumerable<int> InUse => state.Usable.Keys.Where(version => version <= state.Current);

    /// <exception cref="StoreUnavailableException">The store has not been reached for so long that another key may be in
    /// use by now.</exception>
    public (int Version, byte[] Key) ToWrap()
    {
        var now = state;
        return now.SeenAt is { } seen && time.GetElapsedTime(seen) > longestUnseen
            ? throw new StoreUnavailableException(
                new TimeoutException("Which key wraps new values is not known any more.")
            )
            : (now.Current, now.Usable[now.Current]);
    }

    /// <summary>Null when there is no such key, or it is retired.</summary>
    public byte[]? Find(int version) => state.Usable.GetValueOrDefault(version);

    /// <summary>Learns which key is in use now.</summary>
    /// <exception cref="WrongSettingException">It is one that this node was not given.</exception>
    public async Task RefreshAsync() => state = StateOf(await ListAsync());

    /// <summary>What the store says of them, the oldest first; nothing while only the first was ever used.</summary>
    public async ValueTask<IReadOnlyList<WrappingKeyRow>> ListAsync() =>
        await store!.ListAsync(WrappingKeyTables.Keys, World.Live, $"ORDER BY number");

    private State StateOf(IReadOnlyList<WrappingKeyRow> rows)
    {
        var current = rows.Where(row => row.RetiredAt is null).Select(row => row.Number).Append(First).Max();
        var retired = rows.Where(row => row.RetiredAt is not null).Select(row => row.Number).ToHashSet();
        var missing = rows.Select(row => row.Number)
            .Where(number => !retired.Contains(number) && !keys.ContainsKey(number))
            .ToList();
        return missing is [var number, ..]
            ? throw new WrongSettingException(
                $"Values are sealed with wrapping key {number}: set Server:WrappingKeys:{number} to its 32 bytes in base64."
            )
            : new(
                current,
                keys.Where(key => !retired.Contains(key.Key)).ToDictionary(key => key.Key, key => key.Value),
                time.GetTimestamp()
            );
    }

    private static byte[] Derive(ServerKeys secret, int version) =>
        secret.For($"vault key-encryption key {version}");

    /// <param name="SeenAt">When the store was looked at; null when there is none to look at.</param>
    private sealed record State(int Current, IReadOnlyDictionary<int, byte[]> Usable, long? SeenAt);
}
