namespace OpenBanking.Server.Pages;

/// <summary>The words of the pages: <c>Texts.resx</c> in English, <c>Texts.zh-CN.resx</c> in Chinese.</summary>
public sealed class Texts;
