using System.Diagnostics;
using OpenBanking.Tests.Mutants;

// dotnet run --project tests/Mutants --configuration Release [-- words]
// Takes one check after the other out of a copy of the server, and runs the tests that docs/reference/fapi.md names for it:
// one must fail. With words, only what has one of them as its row or in its name. Writes a table; ends with 1 if a check is
// missed by no test.
var repository = Programs.Run("git", ["rev-parse", "--show-toplevel"]).Text.Trim();
var page = new FapiPage(repository);
var wanted = AllMutants
    .List.Index()
    .Where(one => args.Length == 0 || args.Any(word => one.Item.Row == word || one.Item.Check.Contains(word)))
    .Select(one => (Number: one.Index + 1, Mutant: one.Item, Tests: page.TestsOf(one.Item.Row)))
    .ToList();
using var copy = Copy.Of(repository, AllMutants.List);
var all = wanted
    .SelectMany(one => one.Tests)
    .GroupBy(one => one.Project, one => one.Names)
    .Select(group => (group.Key, group.SelectMany(names => names).Distinct().ToArray()));
if (copy.FirstFailure(0, all) is { } already)
{
    Console.Error.WriteLine($"With every check in its place a test fails already: {already}");
    return 2;
}

var survivors = 0;
var began = Stopwatch.GetTimestamp();
Console.WriteLine("| | without | noticed by |\n| --- | --- | --- |");
foreach (var (number, mutant, tests) in wanted)
{
    var failure = copy.FirstFailure(number, tests);
    survivors += failure is null ? 1 : 0;
    Console.WriteLine(
        $"| {mutant.Row} | {mutant.Check} | {(failure is null ? "**nobody**" : $"`{failure}`")} |"
    );
}

Console.WriteLine(
    $"\n{wanted.Count} mutants, {survivors} noticed by nobody, {Stopwatch.GetElapsedTime(began):m\\:ss} of tests"
);
return survivors == 0 ? 0 : 1;
