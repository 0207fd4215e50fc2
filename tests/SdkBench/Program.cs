using BenchmarkDotNet.Running;
using OpenBanking.Tests.SdkBench;

// dotnet run --project tests/SdkBench --configuration Release; docs/operating/performance.md has the figures.
if (args is ["stub"])
{
    await StubBank.ServeAsync();
    return;
}

if (args is ["pairs"])
{
    await Pairs.MeasureAsync();
    return;
}

if (args is ["duels"])
{
    await Duels.MeasureAsync();
    return;
}

Ratios.Print(BenchmarkRunner.Run<Calls>());
