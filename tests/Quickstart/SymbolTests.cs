using System.IO.Compression;
using System.Reflection.Metadata;
using Xunit;

namespace OpenBanking.Tests.Quickstart;

/// <summary>Who steps into a package sees its sources: its symbols hold them.</summary>
public sealed class SymbolTests(Feed feed) : IClassFixture<Feed>
{
    // The kind of what a portable PDB keeps of a document's text.
    private static readonly Guid embeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");

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
