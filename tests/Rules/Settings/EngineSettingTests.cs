namespace OpenBanking.Tests.Rules.Settings;

/// <summary>More writers, or longer queues, than a node has memory for do not start it.</summary>
public sealed class EngineSettingTests
{
    [Theory]
    [InlineData("Writers", 1, 64)]
    [InlineData("QueueLength", 1, 100_000)]
    [InlineData("BatchSize", 1, 4_096)]
    [InlineData("Reruns", 0, 100)]
    public void A_limit_has_its_bounds(string name, int least, int most)
    {
        GivenSettings.Read($"Engine:{name}={least}");
        GivenSettings.Read($"Engine:{name}={most}");
        var refusal = $"Engine:{name} must be {least} to {most}.";
        Assert.Equal(refusal, GivenSettings.RefusalOf($"Engine:{name}={least - 1}"));
        Assert.Equal(refusal, GivenSettings.RefusalOf($"Engine:{name}={most + 1}"));
    }
}
