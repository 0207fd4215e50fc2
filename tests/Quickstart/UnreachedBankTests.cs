using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using OpenBanking.Samples.Quickstart;
using Xunit;

namespace OpenBanking.Tests.Quickstart;

/// <summary>The program of the first-payment page, where there is no bank: it says where it looked for one, and what to do.</summary>
public sealed class UnreachedBankTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task A_bank_that_is_not_up_is_said_in_one_sentence()
    {
        await SaysAsync(new Uri($"http://localhost:{Ports.Free()}"));
    }

    [Fact]
    public async Task Something_else_in_the_place_of_the_bank_is_said_in_one_sentence()
    {
        using var other = new TcpListener(IPAddress.Loopback, port: 0);
        other.Start();
        var answering = AnswerAsync(other);

        await SaysAsync(new Uri($"http://localhost:{((IPEndPoint)other.LocalEndpoint).Port}"));

        other.Stop();
        await answering;
    }

    [Theory]
    [InlineData("--BankAddress", "localhost:6300", "--BankAddress http://localhost:5080.")]
    [InlineData("--BankAddress", "6300", "--BankAddress http://localhost:5080.")]
    [InlineData("--AppAddress", "localhost:6301", "--AppAddress http://localhost:5070.")]
    public async Task What_is_no_whole_address_is_said_with_what_to_write(
        string setting,
        string written,
        string instead
    )
    {
        var said = await RunAsync($"{setting}={written}");

        Assert.Equal($"{written} is no whole address: write it as in {instead}", said);
    }

    [Fact]
    public async Task An_address_that_no_bank_may_have_is_said_in_one_sentence()
    {
        var said = await RunAsync("--BankAddress=http://bank.example");

        Assert.StartsWith(
            "The bank at http://bank.example/ registered no app (",
            said,
            StringComparison.Ordinal
        );
        Assert.Contains("https", said, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private async Task SaysAsync(Uri address)
    {
        var said = await RunAsync($"--BankAddress={address}");

        Assert.StartsWith($"The bank at {address} registered no app (", said, StringComparison.Ordinal);
        Assert.EndsWith("with --BankAddress.", said, StringComparison.Ordinal);
    }

    /// <summary>Gives the one line that it ends with.</summary>
    private async Task<string> RunAsync(string argument)
    {
        var start = new ProcessStartInfo("dotnet", [QuickstartProcess.ProgramOf("FirstPayment"), argument])
        {
            WorkingDirectory = folder.Path,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var said = (await process.StandardError.ReadToEndAsync()).Trim();
        await process.WaitForExitAsync();

        Assert.Single(said.Split('\n'));
        Assert.Equal(1, process.ExitCode);
        Assert.Empty(Directory.GetFiles(folder.Path));
        return said;
    }

    private static async Task AnswerAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                using var caller = await listener.AcceptTcpClientAsync();
                await using var stream = caller.GetStream();
                _ = await stream.ReadAsync(new byte[4096]);
                await stream.WriteAsync(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"u8.ToArray()
                );
            }
        }
        catch (SocketException)
        {
            // Nobody asks any more.
        }
    }
}
