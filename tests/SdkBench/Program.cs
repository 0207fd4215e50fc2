using BenchmarkDotNet.Running;
using OpenBanking.Tests.SdkBench;

// dotnet run --project tests/SdkBench --configuration Release; docs/operating/performance.md has the figures.
if (args is ["stub"])
{
    await StubBank.ServeAsync();
    return;
}

if (args is ["duels", ..])
{
    Table.Print(await Duels.MeasureAsync(inMemory: args is [_, "memory"]));
    return;
}

var summary = BenchmarkRunner.Run<Calls>(args: args);
Calls.Stop();
foreach (var bank in summary.Reports.GroupBy(report => RoundByRound.Bank(report.BenchmarkCase)))
{
    Console.WriteLine();
    Console.WriteLine(bank.Key);
    Table.Print(await Duels.MeasureAsync(inMemory: bank.Key == "memory"), [.. bank]);
}
