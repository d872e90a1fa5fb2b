using GradService.Domain.Faults;
using Microsoft.Extensions.Options;

namespace GradService.Api.Hosting.Security;

/// <summary>Whether keys are configured as keys are: a misspelt section would leave the service open without a word.</summary>
internal sealed class ApiKeySpelling(IConfiguration configuration) : IValidateOptions<ApiKeyOptions>
{
    private static readonly string[] Fields = [nameof(ApiKey.Name), nameof(ApiKey.Sha256), nameof(ApiKey.RequestsPerMinute)];

    public ValidateOptionsResult Validate(string? name, ApiKeyOptions options)
    {
        var section = configuration.GetSection(ApiKeyOptions.Section);
        if (!string.IsNullOrEmpty(section.Value))
        {
            return Wrong("ApiKeys is set to a text.");
        }

        if (section.GetChildren().FirstOrDefault(child => !child.GetChildren().Any()) is { } bare)
        {
            return Wrong($"ApiKeys:{Fault.Shortened(bare.Key)} is set to a text.");
        }

        return configuration.GetChildren().FirstOrDefault(IsMisspelt) is { } misspelt
            ? Wrong($"There is a section {Fault.Shortened(misspelt.Key)}, which is not read.")
            : ValidateOptionsResult.Success;
    }

    /// <summary>A section of another name whose entries are like keys.</summary>
    private static bool IsMisspelt(IConfigurationSection section) => !section.Key.Equals(ApiKeyOptions.Section, StringComparison.OrdinalIgnoreCase)
        && section.Key.Contains("key", StringComparison.OrdinalIgnoreCase)
        && section.GetChildren().Prepend(section).Any(entry => entry.GetChildren().Any(field => Fields.Contains(field.Key, StringComparer.OrdinalIgnoreCase)));

    private static ValidateOptionsResult Wrong(string what) =>
        ValidateOptionsResult.Fail($"{what} Keys are configured as ApiKeys:0:Name and ApiKeys:0:Sha256, by the environment ApiKeys__0__Name and "
            + "ApiKeys__0__Sha256; without one the service is open to whoever reaches it.");
}
