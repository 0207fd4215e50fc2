using System.IO.Compression;
using System.Reflection.Metadata;
using System.Text;
using OpenBanking.Samples.Quickstart;
using Xunit;

namespace OpenBanking.Tests.Quickstart;

/// <summary>Who steps into a package sees its sources: its symbols hold them.</summary>
public sealed class SymbolTests(Feed feed) : IClassFixture<Feed>
{
    // The kind of what a portable PDB keeps of a document's text.
    private static readonly Guid embeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");

    // The kind of what says where documents are on the network.
    private static readonly Guid sourceLink = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");

    [Theory]
    [InlineData("OpenBanking.Contract")]
    [InlineData("OpenBanking.Sdk")]
    [InlineData("OpenBanking.Sdk.AspNetCore")]
    [InlineData("OpenBanking.Sdk.Testing")]
    public void The_symbols_of_a_package_hold_the_sources_it_was_made_of(string package)
    {
        using var symbols = ZipFile.OpenRead(Path.Combine(feed.Packages, $"{package}.0.1.0.snupkg"));
        var files = symbols.Entries.Where(entry => entry.Name == $"{package}.pdb").ToList();

        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.Empty(DocumentsWithoutSource(file)));
    }

    /// <summary>Made where the repository has an address, the symbols name it too: who steps into a package finds the line at its
    /// commit.</summary>
    [Fact]
    public void The_symbols_of_a_clone_from_GitHub_name_the_commit_there()
    {
        var clone = feed["clone"];
        Feed.Start("git", Programs.Root, ["clone", "--quiet", Programs.Root, clone]);
        Feed.Start("git", clone, ["remote", "set-url", "origin", "https://github.com/bank/openbanking.git"]);
        var commit = Feed.Start("git", clone, ["rev-parse", "HEAD"]).Trim();

        feed.Build(
            "clone/sdk/OpenBanking.Contract",
            "--framework",
            "net10.0",
            "-p:ContinuousIntegrationBuild=true"
        );

        var pdb = feed["clone/sdk/OpenBanking.Contract/bin/Release/net10.0/OpenBanking.Contract.pdb"];
        Assert.Equal(
            $"{{\"documents\":{{\"/_/*\":\"https://raw.githubusercontent.com/bank/openbanking/{commit}/*\"}}}}",
            SourceLinkOf(pdb)
        );
    }

    private static string? SourceLinkOf(string pdb)
    {
        using var provider = MetadataReaderProvider.FromPortablePdbStream(File.OpenRead(pdb));
        var reader = provider.GetMetadataReader();
        return reader
            .CustomDebugInformation.Select(reader.GetCustomDebugInformation)
            .Where(each => reader.GetGuid(each.Kind) == sourceLink)
            .Select(each => Encoding.UTF8.GetString(reader.GetBlobBytes(each.Value)))
            .SingleOrDefault();
    }

    private static List<string> DocumentsWithoutSource(ZipArchiveEntry file)
    {
        using var content = new MemoryStream();
        using (var packed = file.Open())
        {
            packed.CopyTo(content);
        }

        content.Position = 0;
        using var provider = MetadataReaderProvider.FromPortablePdbStream(content);
        var reader = provider.GetMetadataReader();
        Assert.NotEmpty(reader.Documents);
        return
        [
            .. reader
                .Documents.Where(document =>
                    !reader
                        .GetCustomDebugInformation(document)
                        .Any(each =>
                            reader.GetGuid(reader.GetCustomDebugInformation(each).Kind) == embeddedSource
                        )
                )
                .Select(document => reader.GetString(reader.GetDocument(document).Name)),
        ];
    }
}
