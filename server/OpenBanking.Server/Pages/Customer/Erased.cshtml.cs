namespace OpenBanking.Server.Pages;

/// <summary>Says that nothing is left to sign in to.</summary>
public sealed class CustomerErasedModel : BankPage;
