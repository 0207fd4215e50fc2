using System.Diagnostics;
using System.Net.Http.Json;
using OpenBanking.Samples.Quickstart;
using OpenBanking.Testing;
using Xunit;

namespace OpenBanking.Tests.Quickstart;

/// <summary>The SDK in a program that is compiled to native code, trimmed, for .NET 8.</summary>
public sealed class NativeTests
{
    [Fact]
    public async Task A_native_program_for_the_older_runtime_takes_a_payment_and_gives_it_back()
    {
        using var folder = new TemporaryFolder();
        // What trimming or native compilation may break is a warning of the compiler, and a warning is an error.
        await RunAsync(
            "dotnet",
            [
                "publish",
                Path.Combine(Programs.Root, "tests/Native"),
                "--configuration=Release",
                "--no-restore",
                "--verbosity=quiet",
                "-p:BuildProjectReferences=false",
                "-p:CppCompilerAndLinker=gcc",
                $"--output={folder.Path}",
            ]
        );
        Assert.False(File.Exists(folder["OpenBanking.Sdk.dll"]));
        await using var bank = await TestServer.StartAsync();

        var said = await RunAsync(folder["OpenBanking.Tests.Native"], [bank.Address.ToString()], AgreeAsync);

        Assert.EndsWith("done on .NET 8", said.TrimEnd());
    }

    /// <summary>Answers the program's line with the address the bank sends the customer back to.</summary>
    private static async Task<string?> AgreeAsync(string said, string line)
    {
        if (!line.StartsWith("agree ", StringComparison.Ordinal))
        {
            return null;
        }

        using var http = new HttpClient();
        var persons = await http.GetFromJsonAsync(
            $"{Named(said, "persons")}.json",
            ResponseJson.Default.PageSandboxPerson
        );
        using var customer = new BankCustomer(persons!.Data[0], Named(said, "messages"), "246813");
        var callback = await customer.AgreeAsync(
            new Uri(line["agree ".Length..]),
            new Uri("https://partner.example/callback")
        );
        return callback.AbsoluteUri;
    }

    private static string Named(string said, string name) =>
        said.Split('\n').Single(line => line.StartsWith(name + " ", StringComparison.Ordinal))[
            (name.Length + 1)..
        ];

    /// <summary>Runs a program to its end and gives what it says.</summary>
    private static async Task<string> RunAsync(
        string program,
        string[] arguments,
        Func<string, string, Task<string?>>? answer = null
    )
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
                Environment = { ["MSBUILDDISABLENODEREUSE"] = "1", ["UseSharedCompilation"] = "false" },
            }
        )!;
        var errors = process.StandardError.ReadToEndAsync();
        var said = "";
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            said += line + "\n";
            if (answer is not null && await answer(said, line) is { } reply)
            {
                await process.StandardInput.WriteLineAsync(reply);
            }
        }

        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {said}{await errors}");
        return said;
    }
}
