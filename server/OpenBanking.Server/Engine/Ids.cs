using System.Buffers.Text;
using System.Security.Cryptography;

namespace OpenBanking.Server.Engine;

/// <summary>A thing with ids of its own; the prefix says what it is wherever the id turns up.</summary>
public interface IIdentified
{
    static abstract string IdPrefix { get; }
}

/// <summary>The id of a <typeparamref name="T"/>: sixteen bytes that sort by time, written as prefix and
/// Crockford base32.</summary>
public readonly record struct Id<T>(Guid Value)
    where T : IIdentified
{
    public override string ToString() => T.IdPrefix + Crockford.Encode(Value);

    public static bool TryParse(string? text, out Id<T> id)
    {
        id = default;
        if (text is null || !text.StartsWith(T.IdPrefix, StringComparison.Ordinal))
        {
            return false;
        }

        var known = Crockford.TryDecode(text.AsSpan(T.IdPrefix.Length), out var value);
        id = new(value);
        return known;
    }
}

/// <summary>The one source of ids and of randomness that is stored.</summary>
public class Ids(TimeProvider time)
{
    /// <summary>A new id, later than those before it by the real clock.</summary>
    public Id<T> New<T>()
        where T : IIdentified => new(NewGuid());

    public virtual Guid NewGuid()
    {
#pragma warning disable RS0030 // This is the seam.
        return Guid.CreateVersion7(time.GetUtcNow());
#pragma warning restore RS0030
    }

    /// <summary>A secret of 256 bits, in base64url.</summary>
    public static string NewSecret() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>Six digits for a one-time code.</summary>
    public static string NewDigits() => RandomNumberGenerator.GetInt32(1_000_000).ToString("000000");
}
