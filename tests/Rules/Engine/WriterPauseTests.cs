using OpenBanking.Server.Engine;

namespace OpenBanking.Tests.Rules.Engine;

/// <summary>When a writer gives the processor away, and until when.</summary>
public sealed class WriterPauseTests
{
    private const int Enough = 32;
    private static readonly TimeSpan longest = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan turn = longest / 8;

    private readonly MovableClock clock = new();
    private int yields;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(WriterPause.Few - 1)]
    [InlineData(Enough)]
    [InlineData(Enough + 1)]
    public void Behind_few_nobody_is_waited_for_nor_where_there_were_enough(int before)
    {
        NewPause(waiting: 1).LetOthersCome(before, () => 1);

        Assert.Equal(0, yields);
    }

    [Fact]
    public void Nobody_is_waited_for_when_nothing_waits_for_a_thread()
    {
        NewPause(waiting: 0).LetOthersCome(WriterPause.Few, () => 1);

        Assert.Equal(0, yields);
    }

    [Theory]
    [InlineData(WriterPause.Few)]
    [InlineData(Enough - 1)]
    public void What_waits_for_a_thread_comes_first(int before)
    {
        NewPause(waiting: 3).LetOthersCome(before, () => 1);

        Assert.Equal(3, yields);
    }

    [Fact]
    public void Enough_are_not_waited_for_to_become_more()
    {
        NewPause(waiting: 100).LetOthersCome(WriterPause.Few, () => Enough - 2 + yields);

        Assert.Equal(2, yields);
    }

    [Fact]
    public void Who_never_comes_is_not_waited_for_long()
    {
        NewPause(waiting: int.MaxValue).LetOthersCome(WriterPause.Few, () => 1);

        Assert.Equal(8, yields);
    }

    /// <summary>A queue, or a batch, that is smaller is full with fewer.</summary>
    [Theory]
    [InlineData(5, 4_096)]
    [InlineData(512, 5)]
    public void As_many_as_a_batch_can_have_are_enough(int batchSize, int queueLength)
    {
        var limits = new EngineLimits { BatchSize = batchSize, QueueLength = queueLength };

        Assert.Equal(5, WriterPause.OnDisk(limits).Enough);
        Assert.Equal(5, WriterPause.OnDatabase(limits).Enough);
    }

    /// <param name="waiting">How much waits for a thread; each time that the processor is given away one has its turn.</param>
    private WriterPause NewPause(int waiting) =>
        new(
            Enough,
            longest,
            clock,
            () => waiting - yields,
            () =>
            {
                yields++;
                clock.Pass(turn);
            }
        );
}
