using System.Diagnostics;
using System.Globalization;
using OpenBanking.Server.Storage;

namespace OpenBanking.Tests.Bench.EngineAlone;

/// <summary>Another node of the same bank, as a process of its own that is told when to pay.</summary>
internal sealed class SecondNode : IDisposable
{
    private readonly Process process;

    private SecondNode(Process process) => this.process = process;

    public int ProcessId => process.Id;

    public static async Task<SecondNode> StartAsync(string connectionString)
    {
        var process = Process.Start(
            new ProcessStartInfo("dotnet", [Programs.Bench, "node", connectionString])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
        await process.StandardOutput.ReadLineAsync();
        return new(process);
    }

    public async Task<Paid> PayForAsync(int callers, double seconds)
    {
        await process.StandardInput.WriteLineAsync($"{callers} {seconds}");
        var said = (await process.StandardOutput.ReadLineAsync())!.Split(' ');
        var numbers = said.Select(text => double.Parse(text, CultureInfo.InvariantCulture)).ToList();
        return new((int)numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
    }

    /// <summary>The other side: pays when it is told to, until nobody tells it any more.</summary>
    public static async Task<int> RunAsync(string connectionString)
    {
        using var bank = await Bank.JoinAsync(
            new() { Provider = StorageProvider.Postgres, ConnectionString = connectionString },
            ""
        );
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is { } told)
        {
            var (callers, seconds) = told.Split(' ') switch
            {
                [var many, var time] => (int.Parse(many), double.Parse(time, CultureInfo.InvariantCulture)),
                _ => throw new InvalidOperationException($"What is {told}?"),
            };
            var paid = await bank.PayForAsync(callers, seconds);
            Console.WriteLine($"{paid.Count} {paid.PerSecond} {paid.Mean} {paid.P50} {paid.P99}");
        }

        return 0;
    }

    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }
}
