using System.Text.Json;
using OpenBanking.Server.Http.OpenApi;
using Xunit;

namespace OpenBanking.Tests.Contract;

/// <summary>The document's examples are what the server says: a partner's life is played, and compared with them.</summary>
public sealed class ExampleTests
{
    private const string File = "server/OpenBanking.Server/Http/OpenApi/examples.json";

    /// <summary>With UPDATE_DOCS=1 what has changed is written anew; then the document is, by openapi/update.</summary>
    [Fact]
    public async Task Every_example_is_what_goes_over_the_wire()
    {
        await using var server = await TestServer.StartAsync();
        var recorder = new ExampleRecorder(server);
        await new ExampleJourney(server, recorder).PlayAsync();

        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
        {
            await WriteAsync(recorder);
            return;
        }

        foreach (var (operation, recorded) in recorder.Examples)
        {
            Assert.Equal(
                recorded.Select(ExampleRecorder.Lasting),
                OperationExamples.Of(operation).Select(ExampleRecorder.Lasting)
            );
        }
    }

    private static async Task WriteAsync(ExampleRecorder recorder)
    {
        // What still holds stays as it is, so that a change shows what has changed.
        foreach (var (operation, recorded) in recorder.Examples)
        {
            var known = OperationExamples.Of(operation).ToDictionary(ExampleRecorder.Lasting);
            for (var index = 0; index < recorded.Count; index++)
            {
                recorded[index] = known.GetValueOrDefault(
                    ExampleRecorder.Lasting(recorded[index]),
                    recorded[index]
                );
            }
        }

        await System.IO.File.WriteAllTextAsync(
            RepositoryFiles.Find(File),
            JsonSerializer.Serialize(recorder.Examples, OperationExamples.FileFormat) + "\n"
        );
    }
}
