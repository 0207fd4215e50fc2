using System.Globalization;
using Microsoft.Extensions.FileProviders;

namespace OpenBanking.Server.Pages;

/// <summary>A version of the account agreement in one language.</summary>
/// <param name="Blocks">Headings and paragraphs, in order.</param>
public sealed record AgreementText(string Title, IReadOnlyList<AgreementBlock> Blocks);

public sealed record AgreementBlock(bool IsHeading, string Text);

/// <summary>
/// The account agreement 电子账户协议 that customers accept when they open an account. A version is named by the date it is
/// in force from, and stays open to those who accepted it. Each is two files of plain text, <c>2026-01-01.zh-CN.txt</c> and
/// <c>2026-01-01.en.txt</c>: the title in the first line, then paragraphs with empty lines between them; a line that begins
/// with <c>##</c> is a heading, and <c>{bank}</c> the bank's name.
/// </summary>
public sealed class AccountAgreements
{
    private const string DateFormat = "yyyy-MM-dd";
    private const string Extension = ".txt";
    private const string HeadingMark = "## ";
    private const int MostBytes = 256 * 1024;

    private readonly SortedDictionary<string, Dictionary<string, AgreementText>> versions;

    /// <param name="today">The business day on which some version of the bank's own must be in force.</param>
    /// <exception cref="WrongSettingException">A text is missing, or cannot be read, or none is in force.</exception>
    public AccountAgreements(BankOptions bank, DateOnly today)
        : this(
            bank.AgreementFolder is { } folder
                ? FilesOf(folder)
                : new EmbeddedFileProvider(
                    typeof(AccountAgreements).Assembly,
                    "OpenBanking.Server.Pages.Agreements"
                ).GetDirectoryContents("")
        )
    {
        if (
            bank.AgreementFolder is not null
            && string.CompareOrdinal(versions.Keys.First(), NameOf(today)) > 0
        )
        {
            throw new WrongSettingException(
                $"Bank:AgreementFolder: no version is in force today, on {NameOf(today)}: the first comes into force on "
                    + $"{versions.Keys.First()}."
            );
        }
    }

    private AccountAgreements(IEnumerable<IFileInfo> files)
    {
        versions = new(
            files
                .Where(file => !file.IsDirectory && file.Name.EndsWith(Extension, StringComparison.Ordinal))
                .Select(file => (File: file, Parts: file.Name[..^Extension.Length].Split('.', 2)))
                .GroupBy(found => found.Parts[0])
                .ToDictionary(
                    group => group.Key,
                    group => group.ToDictionary(found => found.Parts[^1], found => Read(found.File))
                ),
            StringComparer.Ordinal
        );
        if (versions.Count == 0)
        {
            throw new WrongSettingException("Bank:AgreementFolder holds no account agreement.");
        }

        foreach (var (version, texts) in versions)
        {
            if (
                !IsDate(version)
                || texts.Count != PageLanguages.Supported.Length
                || !PageLanguages.Supported.All(texts.ContainsKey)
            )
            {
                throw new WrongSettingException(
                    "Bank:AgreementFolder needs two files of each version, such as 2026-01-01.zh-CN.txt and "
                        + $"2026-01-01.en.txt; {version} is not like that."
                );
            }
        }
    }

    /// <summary>The version in force on a business day. One was when the server started; before the first there is none, and a clock
    /// that was set back to there since has the first.</summary>
    public string VersionOn(DateOnly date)
    {
        var day = NameOf(date);
        return versions.Keys.LastOrDefault(version => string.CompareOrdinal(version, day) <= 0)
            ?? versions.Keys.First();
    }

    /// <summary>Whether a version is in force by the end of a business day, or has been.</summary>
    public static bool IsInForce(string version, DateOnly date) =>
        string.CompareOrdinal(version, NameOf(date)) <= 0;

    /// <summary>A version in the language of the page; null when there is none of that name.</summary>
    public AgreementText? Find(string version) =>
        versions.TryGetValue(version, out var texts)
            ? texts.GetValueOrDefault(CultureInfo.CurrentUICulture.Name) ?? texts[PageLanguages.Supported[0]]
            : null;

    private static IEnumerable<IFileInfo> FilesOf(string folder) =>
        Directory.Exists(folder)
            ? new PhysicalFileProvider(Path.GetFullPath(folder)).GetDirectoryContents("")
            : throw new WrongSettingException($"Bank:AgreementFolder: there is no folder {folder}.");

    private static string NameOf(DateOnly date) => date.ToString(DateFormat, CultureInfo.InvariantCulture);

    private static bool IsDate(string text) =>
        DateOnly.TryParseExact(text, DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    private static AgreementText Read(IFileInfo file)
    {
        if (file.Length > MostBytes)
        {
            throw new WrongSettingException($"Bank:AgreementFolder: {file.Name} is too long.");
        }

        using var reader = new StreamReader(file.CreateReadStream());
        var blocks = reader
            .ReadToEnd()
            .ReplaceLineEndings("\n")
            .Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return blocks is [var title, _, ..]
            ? new(
                title,
                [
                    .. blocks[1..]
                        .Select(block =>
                            block.StartsWith(HeadingMark, StringComparison.Ordinal)
                                ? new AgreementBlock(true, block[HeadingMark.Length..])
                                : new AgreementBlock(false, block)
                        ),
                ]
            )
            : throw new WrongSettingException($"Bank:AgreementFolder: {file.Name} has no title or no text.");
    }
}
