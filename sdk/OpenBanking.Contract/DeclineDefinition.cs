namespace OpenBanking;

/// <summary>One entry of the catalogue of declines.</summary>
/// <param name="Code">The stable code.</param>
/// <param name="Title">What it means.</param>
/// <param name="CustomerAdvice">What the customer can do.</param>
/// <param name="PartnerAdvice">What the partner can do.</param>
public sealed record DeclineDefinition(
    string Code,
    string Title,
    string CustomerAdvice,
    string PartnerAdvice
);
