namespace OpenBanking.Server.Purposes;

/// <summary>What the bank processes personal information for 处理目的 (Personal Information Protection Law, articles 13 and
/// 14). The pages have its words, <c>Purpose_{name}</c> and <c>PurposeText_{name}_{version}</c>.</summary>
/// <param name="Version">The version of its text; a consent to an older one is none.</param>
/// <param name="Necessary">Whether contract or law needs it, so that nobody is asked.</param>
/// <param name="Personalises">Whether it makes of a customer's behaviour what they are shown (article 24).</param>
public sealed record Purpose(string Name, int Version, bool Necessary = false, bool Personalises = false)
{
    /// <summary>Accounts, payments, and what protects them.</summary>
    public static Purpose Service { get; } = new("service", 1, Necessary: true);

    /// <summary>Messages about payments, codes and changes: they show a customer what others do in their name.</summary>
    public static Purpose Notices { get; } = new("notices", 1, Necessary: true);

    /// <summary>Coupons and offers that are chosen for one customer.</summary>
    public static Purpose PersonalisedOffers { get; } = new("personalised_offers", 1, Personalises: true);

    /// <summary>What the customer does in one app is used for offers in another.</summary>
    public static Purpose BehaviourAcrossScenes { get; } =
        new("behaviour_across_scenes", 1, Personalises: true);

    public static IReadOnlyList<Purpose> All { get; } =
    [Service, Notices, PersonalisedOffers, BehaviourAcrossScenes];

    public static Purpose? Find(string? name) => All.FirstOrDefault(purpose => purpose.Name == name);
}
