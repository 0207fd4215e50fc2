using System.Globalization;

namespace OpenBanking.Server.Pages;

/// <summary>Whose pages these are.</summary>
public sealed record BankOptions : ISettings
{
    /// <summary>The section of the settings.</summary>
    public static string Section => "Bank";

    public string NameZh { get; init; } = "示例银行";

    public string NameEn { get; init; } = "Sample Bank";

    /// <summary>The bank's account agreement (<see cref="AccountAgreements"/>); null for the sandbox's sample text.</summary>
    public string? AgreementFolder { get; init; }

    /// <summary>The name in the language of the page.</summary>
    public string Name =>
        CultureInfo.CurrentUICulture.Name.StartsWith("zh", StringComparison.Ordinal) ? NameZh : NameEn;
}
