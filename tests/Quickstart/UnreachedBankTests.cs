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

    public void Dispose() => folder.Dispose();

    private async Task SaysAsync(Uri address)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [QuickstartProcess.ProgramOf("FirstPayment"), $"--BankAddress={address}"]
        )
        {
            WorkingDirectory = folder.Path,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var said = (await process.StandardError.ReadToEndAsync()).Trim();
        await process.WaitForExitAsync();

        Assert.StartsWith($"The bank at {address} registered no app (", said, StringComparison.Ordinal);
        Assert.EndsWith("with --BankAddress.", said, StringComparison.Ordinal);
        Assert.Single(said.Split('\n'));
        Assert.Equal(1, process.ExitCode);
        Assert.Empty(Directory.GetFiles(folder.Path));
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
