namespace OpenBanking.Server.Applications;

/// <summary>A picture of one side of a resident ID card, as it is kept: nothing in it but what makes the picture.</summary>
/// <param name="MediaType"><c>image/jpeg</c> or <c>image/png</c>.</param>
/// <param name="Width">In pixels, as they are stored: a camera that was turned says so in the file.</param>
/// <param name="Content">The file.</param>
public sealed record IdentityImage(string MediaType, int Width, int Height, byte[] Content)
{
    /// <summary>Nothing of the person.</summary>
    public override string ToString() => nameof(IdentityImage);
}

/// <summary>The pictures that came with an application; null for a side that the customer gave none of.</summary>
/// <param name="Portrait">The side with the photograph 人像面.</param>
/// <param name="Emblem">The side with the national emblem 国徽面.</param>
public sealed record IdentityImages(IdentityImage? Portrait, IdentityImage? Emblem)
{
    /// <summary>Nothing of the person.</summary>
    public override string ToString() => nameof(IdentityImages);
}

/// <summary>Why a file is no picture to be kept; the pages have the words.</summary>
public enum ImageFault
{
    None,

    /// <summary>Nothing is in it.</summary>
    Empty,

    /// <summary>It has more than <see cref="ImageFiles.MostBytes"/>.</summary>
    TooLarge,

    /// <summary>It is neither JPEG nor PNG, or of a kind of them that cameras do not make.</summary>
    UnknownType,

    /// <summary>It is not what its sender calls it.</summary>
    OtherType,

    /// <summary>Parts of it are missing or contradict each other.</summary>
    Damaged,

    /// <summary>It has fewer pixels than an ID number can be read from.</summary>
    TooSmall,

    /// <summary>It has more pixels than a camera gives.</summary>
    TooManyPixels,
}
