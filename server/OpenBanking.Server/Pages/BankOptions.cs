namespace OpenBanking.Server.Pages;

/// <summary>Whose pages these are.</summary>
public sealed record BankOptions
{
    public string NameZh { get; init; } = "示例银行";

    public string NameEn { get; init; } = "Sample Bank";

    /// <summary>The name in the language of the page.</summary>
    public string Name =>
        System.Globalization.CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "zh" ? NameZh : NameEn;
}
