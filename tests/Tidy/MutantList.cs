using OpenBanking.Tests.Mutants;
using Xunit;

namespace OpenBanking.Tests.Tidy;

/// <summary>Holds the mutants of tests/Mutants against the code they change and the page whose tests must notice.</summary>
public sealed class MutantList
{
    [Fact]
    public void Every_mutant_finds_its_code_once()
    {
        var lost = AllMutants
            .List.SelectMany(mutant => mutant.Changes.Select(change => (mutant.Check, change)))
            .Where(one =>
                one.change.CountIn(Repository.Read($"server/OpenBanking.Server/{one.change.File}")) != 1
            );
        Assert.Empty(lost.Select(one => $"{one.Check}: {one.change.File}: {one.change.Before}"));
    }

    [Fact]
    public void Every_mutant_has_tests_that_must_notice_it()
    {
        var page = new Mutants.FapiPage(Repository.Root);
        Assert.All(AllMutants.List, mutant => Assert.NotEmpty(page.TestsOf(mutant.Row)));
    }

    [Fact]
    public void What_others_get_wrong_is_taken_out() =>
        Assert.Empty(
            Enumerable
                .Range(1, 17)
                .Select(number => $"W-{number}")
                .Concat(Enumerable.Range(1, 12).Select(number => $"R-{number}"))
                .Except(AllMutants.List.Select(mutant => mutant.Row))
        );
}
