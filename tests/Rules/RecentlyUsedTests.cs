using OpenBanking.Server;
using Xunit;

namespace OpenBanking.Tests.Rules;

public sealed class RecentlyUsedTests
{
    private const int MostInGeneration = 10;
    private readonly RecentlyUsed<string> kept = new(MostInGeneration);

    [Fact]
    public void What_is_kept_is_found_by_its_text_alone()
    {
        kept.Keep("name", "value");
        Assert.Equal("value", kept.Find("a name".AsSpan(2)));
        Assert.Null(kept.Find("Name"));
    }

    [Fact]
    public void What_is_in_use_stays_however_much_is_kept_beside_it()
    {
        kept.Keep("used", "value");
        for (var i = 0; i < MostInGeneration * 20; i++)
        {
            kept.Keep($"unused {i}", "other");
            Assert.Equal("value", kept.Find("used"));
        }
    }

    [Fact]
    public void Never_more_than_two_generations_are_kept()
    {
        const int Texts = 1_000;
        for (var i = 0; i < Texts; i++)
        {
            kept.Keep($"{i}", "value");
        }

        // Found from the newest on, so that finding does not move what is asked for later.
        var found = Enumerable.Range(0, Texts).Count(i => kept.Find($"{Texts - 1 - i}") is not null);
        Assert.InRange(found, MostInGeneration, MostInGeneration * 2);
    }

    /// <summary>Together they fill one generation and never two, so that nothing may be gone.</summary>
    [Fact]
    public void What_was_kept_is_found_however_many_begin_a_generation_at_once()
    {
        const int Keepers = 4;
        const int EachKeeps = 40;
        for (var time = 0; time < 500; time++)
        {
            var shared = new RecentlyUsed<string>(Keepers * EachKeeps * 2 / 3);
            Parallel.For(
                0,
                Keepers,
                keeper =>
                {
                    for (var i = 0; i < EachKeeps; i++)
                    {
                        shared.Keep($"{keeper} {i}", "value");
                        Assert.NotNull(shared.Find($"{keeper} {i}"));
                    }
                }
            );
        }
    }

    [Fact]
    public void What_is_forgotten_is_gone()
    {
        kept.Keep("name", "value");
        kept.Forget();
        Assert.Null(kept.Find("name"));
    }
}
