using BenchmarkDotNet.Running;
using OpenBanking.Tests.SdkBench;

// dotnet run --project tests/SdkBench --configuration Release; docs/operating/performance.md has the figures.
if (args is ["stub"])
{
    await StubBank.ServeAsync();
    return;
}

var inMemory = args is [_, "memory"];
if (args is ["pairs", ..])
{
    await Pairs.MeasureAsync(inMemory);
    return;
}

if (args is ["duels", ..])
{
    await Duels.MeasureAsync(inMemory);
    return;
}

Ratios.Print(BenchmarkRunner.Run<Calls>(args: args));
Calls.Stop();
