using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace OpenBanking.Tests.Rules;

/// <summary>Runs properties, on every core. The seeds are printed; <c>FSCHECK_REPLAY=seed,gamma</c> runs all that came of
/// one again, and <c>FSCHECK_REPLAY=seed,gamma,size</c>, as a failure names it, that one case.</summary>
internal static class Properties
{
    private const string ReplayVariable = "FSCHECK_REPLAY";
    private const int TooFewToShare = 1_000;

    /// <summary>Whether one case alone is run again.</summary>
    public static bool Replays => Environment.GetEnvironmentVariable(ReplayVariable) is { Length: > 0 };

    /// <summary>How many cases are run, unless an environment variable says another number.</summary>
    public static int CountFrom(string variable, int count) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } other ? int.Parse(other) : count;

    public static void Hold<T>(Arbitrary<T> values, int count, Action<T> holds)
    {
        if (Replays)
        {
            var replay = ReplayOf(Environment.GetEnvironmentVariable(ReplayVariable)!);
            Check.One(Settings(count, replay), Prop.ForAll(values, holds));
            return;
        }

        var shares = count < TooFewToShare ? 1 : Environment.ProcessorCount;
        var random = Enumerable
            .Range(0, shares)
            .Select(_ => new Rnd((ulong)Random.Shared.NextInt64(), (ulong)Random.Shared.NextInt64() | 1))
            .ToList();
        foreach (var seed in random)
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"{ReplayVariable}={seed.Seed},{seed.Gamma}");
        }

        Parallel.ForEach(
            random,
            seed =>
                Check.One(
                    Settings((count + shares - 1) / shares, new Replay(seed, FSharpOption<int>.None)),
                    Prop.ForAll(values, holds)
                )
        );
    }

    public static void Hold<T>(Gen<T> values, int count, Action<T> holds) =>
        Hold(values.ToArbitrary(), count, holds);

    private static Config Settings(int count, Replay replay) =>
        Config
            .QuickThrowOnFailure.WithMaxTest(count)
            .WithQuietOnSuccess(true)
            .WithReplay(FSharpOption<Replay>.Some(replay));

    private static Replay ReplayOf(string text)
    {
        var numbers = text.Split(',', StringSplitOptions.TrimEntries);
        return new(
            new Rnd(ulong.Parse(numbers[0]), ulong.Parse(numbers[1])),
            numbers.Length > 2 ? FSharpOption<int>.Some(int.Parse(numbers[2])) : FSharpOption<int>.None
        );
    }
}
