using Microsoft.Extensions.Options;

namespace OpenBanking.Internal;

/// <summary>Says at start what making the client would say later.</summary>
internal sealed class ValidateOpenBankingOptions : IValidateOptions<OpenBankingOptions>
{
    public ValidateOptionsResult Validate(string? name, OpenBankingOptions options)
    {
        try
        {
            options.Validate();
            return ValidateOptionsResult.Success;
        }
        catch (ArgumentException wrong)
        {
            return ValidateOptionsResult.Fail(
                string.IsNullOrEmpty(name)
                    ? $"OpenBanking: {wrong.Message}"
                    : $"OpenBanking \"{name}\": {wrong.Message}"
            );
        }
    }
}
