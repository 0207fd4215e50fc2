using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Applications;

/// <summary>Which side of the ID card.</summary>
public enum IdentityImageSide
{
    /// <summary>With the photograph 人像面.</summary>
    Portrait = 1,

    /// <summary>With the national emblem 国徽面.</summary>
    Emblem = 2,
}

/// <summary>A picture of the ID card that came with an application.</summary>
public sealed record IdentityImageRow : VersionedRow, IIdentified
{
    public static string IdPrefix => "img_";

    /// <summary>Made of the application's and the side, so that there is at most one of each.</summary>
    public required Id<IdentityImageRow> Id { get; init; }

    public required Id<AccountApplicationRow> ApplicationId { get; init; }

    public required IdentityImageSide Side { get; init; }

    public required string MediaType { get; init; }

    public required int Width { get; init; }

    public required int Height { get; init; }

    public required DateTimeOffset GivenAt { get; init; }

    /// <summary>The file, sealed.</summary>
    public required byte[] Content { get; init; }

    public static Id<IdentityImageRow> IdOf(Id<AccountApplicationRow> application, IdentityImageSide side)
    {
        var bytes = application.Value.ToByteArray(bigEndian: true);
        bytes[^1] ^= (byte)side;
        return new(new Guid(bytes, bigEndian: true));
    }
}

public static class IdentityImageTables
{
    public static Table<Id<IdentityImageRow>, IdentityImageRow> Images { get; } = new("identity_image");
}
