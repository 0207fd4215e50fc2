using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace OpenBanking.Tests.Rules;

/// <summary>Runs properties. A failure names its seed; <c>FSCHECK_REPLAY=seed,gamma,size</c> runs that one case again.</summary>
internal static class Properties
{
    private const string ReplayVariable = "FSCHECK_REPLAY";

    /// <summary>Whether one case alone is run again.</summary>
    public static bool Replays => Environment.GetEnvironmentVariable(ReplayVariable) is { Length: > 0 };

    public static void Hold<T>(Arbitrary<T> values, int count, Action<T> holds) =>
        Check.One(Settings(count), Prop.ForAll(values, holds));

    public static void Hold<T>(Gen<T> values, int count, Action<T> holds) =>
        Hold(values.ToArbitrary(), count, holds);

    private static Config Settings(int count)
    {
        var settings = Config.QuickThrowOnFailure.WithMaxTest(count).WithQuietOnSuccess(true);
        return Environment.GetEnvironmentVariable(ReplayVariable) is { Length: > 0 } seed
            ? settings.WithReplay(FSharpOption<Replay>.Some(ReplayOf(seed)))
            : settings;
    }

    private static Replay ReplayOf(string text)
    {
        var numbers = text.Split(',', StringSplitOptions.TrimEntries);
        return new(
            new Rnd(ulong.Parse(numbers[0]), ulong.Parse(numbers[1])),
            numbers.Length > 2 ? FSharpOption<int>.Some(int.Parse(numbers[2])) : FSharpOption<int>.None
        );
    }
}
