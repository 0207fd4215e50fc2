namespace OpenBanking.Tests.Mutants;

/// <summary>The server with one check taken out.</summary>
/// <param name="Row">The row of docs/reference/fapi.md whose tests must notice.</param>
/// <param name="Check">What is not checked any more.</param>
/// <param name="Changes">Where two places check the same, both are changed.</param>
public sealed record Mutant(string Row, string Check, params IReadOnlyList<Change> Changes)
{
    public Mutant(string row, string check, string file, string before, string after)
        : this(row, check, new Change(file, before, after)) { }
}

/// <summary>What is written instead of what. All mutants are built into one server, which is told at its start which one
/// it is: building it once takes less time than running the tests for all.</summary>
/// <param name="File">Below the server's folder.</param>
/// <param name="Before">An expression, as it stands in the file, once.</param>
/// <param name="After">What it is in the mutant. With <see cref="Chosen"/> in it, the text as it is to stand in the file:
/// for what is no expression.</param>
public sealed record Change(string File, string Before, string After)
{
    /// <summary>Whether the server is this mutant.</summary>
    public const string Chosen = "{chosen}";

    public string Apply(string code, string chosen) =>
        code.Replace(
            Before,
            After.Contains(Chosen, StringComparison.Ordinal)
                ? After.Replace(Chosen, chosen, StringComparison.Ordinal)
                : $"({chosen} ? ({After}) : ({Before}))",
            StringComparison.Ordinal
        );

    /// <summary>How often the code holds what is changed: once, or the change is of another time.</summary>
    public int CountIn(string code) => code.Split(Before).Length - 1;
}
