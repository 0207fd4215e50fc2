using System.IO.Compression;
using System.Xml.Linq;
using OpenBanking.Samples.Quickstart;
using Xunit;

namespace OpenBanking.Tests.Quickstart;

/// <summary>What a package says of itself, which is what a registry shows of it.</summary>
public sealed class PackageTests(PackedPackages packed)
{
    // What a registry asks of an icon at most, and what it shows one at: https://learn.microsoft.com/nuget/reference/nuspec#icon
    private const int IconSide = 128;
    private const int LargestIconBytes = 1024 * 1024;

    public static TheoryData<string> Packages =>
        [
            "OpenBanking.Contract",
            "OpenBanking.Sdk",
            "OpenBanking.Sdk.AspNetCore",
            "OpenBanking.Sdk.Testing",
            "OpenBanking.Server",
            "OpenBanking.Templates",
        ];

    [Fact]
    public void Each_package_is_one_of_these() =>
        Assert.Equal(
            Packages.Select(package => $"{package.Data}.0.1.0.nupkg").Order(StringComparer.Ordinal),
            Directory
                .GetFiles(packed.Folder, "*.nupkg")
                .Select(Path.GetFileName)
                .Order(StringComparer.Ordinal)
        );

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_package_has_icon_licence_readme_and_where_its_sources_are(string package)
    {
        using var files = ZipFile.OpenRead(Path.Combine(packed.Folder, $"{package}.0.1.0.nupkg"));
        var metadata = MetadataOf(files, package);

        string Text(string name) => metadata.Element(name)?.Value ?? "";
        Assert.Equal((package, "0.1.0"), (Text("id"), Text("version")));
        Assert.Equal("OpenBanking contributors", Text("authors"));
        Assert.InRange(Text("description").Length, 20, 4000);
        Assert.Contains("open-banking", Text("tags"));

        var licence = metadata.Element("license")!;
        Assert.Equal(("expression", "Apache-2.0"), (licence.Attribute("type")?.Value, licence.Value));
        Assert.Equal(Read("LICENSE"), ReadAll(files.GetEntry("LICENSE")!));
        Assert.Equal(Read("nuget/README.md"), ReadAll(files.GetEntry(Text("readme"))!));

        var icon = ReadAll(files.GetEntry(Text("icon"))!);
        Assert.Equal("PNG"u8.ToArray(), icon[1..4]);
        Assert.Equal((IconSide, IconSide), (BigEndian(icon, 16), BigEndian(icon, 20)));
        Assert.InRange(icon.Length, 1, LargestIconBytes);

        var repository = metadata.Element("repository")!;
        Assert.Equal("git", repository.Attribute("type")?.Value);
        Assert.Matches("^[0-9a-f]{40}$", repository.Attribute("commit")?.Value);
    }

    /// <summary>The templates have no code.</summary>
    [Theory]
    [MemberData(nameof(Packages))]
    public void A_package_with_code_has_a_package_of_symbols_for_each_of_its_assemblies(string package)
    {
        using var files = ZipFile.OpenRead(Path.Combine(packed.Folder, $"{package}.0.1.0.nupkg"));
        var assemblies = NamesOf(files, $"{package}.dll");
        var symbols = Path.Combine(packed.Folder, $"{package}.0.1.0.snupkg");
        if (package == "OpenBanking.Templates")
        {
            Assert.Empty(assemblies);
            Assert.False(File.Exists(symbols));
            return;
        }

        using var pdbs = ZipFile.OpenRead(symbols);
        Assert.NotEmpty(assemblies);
        Assert.Equal(assemblies, NamesOf(pdbs, $"{package}.pdb"));
        Assert.Equal(
            "SymbolsPackage",
            MetadataOf(pdbs, package)
                .Element("packageTypes")
                ?.Element("packageType")
                ?.Attribute("name")
                ?.Value
        );
    }

    private static XElement MetadataOf(ZipArchive files, string package)
    {
        using var text = files.GetEntry($"{package}.nuspec")!.Open();
        var document = XDocument.Load(text);
        // Which of its namespaces a nuspec is in depends on what it says.
        foreach (var element in document.Descendants())
        {
            element.Name = element.Name.LocalName;
        }

        return document.Root!.Element("metadata")!;
    }

    /// <summary>Where in a package a file is, without its extension.</summary>
    private static List<string> NamesOf(ZipArchive files, string file) =>
        [
            .. files
                .Entries.Where(entry => entry.FullName.StartsWith("lib/", StringComparison.Ordinal))
                .Where(entry => entry.Name == file)
                .Select(entry => Path.ChangeExtension(entry.FullName, null))
                .Order(StringComparer.Ordinal),
        ];

    private static byte[] Read(string file) => File.ReadAllBytes(Path.Combine(Programs.Root, file));

    private static byte[] ReadAll(ZipArchiveEntry entry)
    {
        using var content = new MemoryStream();
        using (var packed = entry.Open())
        {
            packed.CopyTo(content);
        }

        return content.ToArray();
    }

    private static int BigEndian(byte[] bytes, int start) =>
        System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(start));
}
