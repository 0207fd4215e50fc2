namespace OpenBanking.Tests.Mutants;

/// <summary>The checks whose loss is the most dangerous. The number of a mutant is its place in the list, from 1.</summary>
public static class AllMutants
{
    public static IReadOnlyList<Mutant> List { get; } =
    [
        .. ClientMutants.List,
        .. RequestMutants.List,
        .. GrantMutants.List,
        .. ProofMutants.List,
        .. TokenMutants.List,
        .. AuthorityMutants.List,
        .. PasskeyMutants.List,
        .. MoneyMutants.List,
    ];
}
