namespace OpenBanking;

/// <summary>The scenes 场景 that apps and payments belong to.</summary>
public static class Scenes
{
#pragma warning disable CS1591 // Each name says what it is.
    public const string Video = "video";
    public const string FoodDelivery = "food_delivery";
    public const string Shopping = "shopping";
    public const string Transit = "transit";
    public const string Campus = "campus";
    public const string Parking = "parking";
    public const string Government = "government";
    public const string Other = "other";
#pragma warning restore CS1591

    /// <summary>All scenes.</summary>
    public static IReadOnlyList<string> All { get; } =
    [Video, FoodDelivery, Shopping, Transit, Campus, Parking, Government, Other];
}
