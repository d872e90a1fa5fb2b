using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text;

namespace GradService.Api.Hosting.Security;

/// <summary>The keys that open the service, the section "ApiKeys" of the configuration. Where there is none, it is open to whoever reaches it.</summary>
internal sealed class ApiKeyOptions : IValidatableObject
{
    public const string Section = "ApiKeys";

    public IList<ApiKey> Keys { get; } = [];

    /// <summary>The key of which this is the text; null where there is none. Every hash is compared, each in constant time.</summary>
    public ApiKey? Find(string presented)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(presented));
        ApiKey? found = null;
        foreach (var key in Keys)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, Convert.FromHexString(key.Sha256)))
            {
                found = key;
            }
        }

        return found;
    }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        var results = new List<ValidationResult>();
        foreach (var key in Keys)
        {
            Validator.TryValidateObject(key, new ValidationContext(key), results, validateAllProperties: true);
        }

        return results.Concat(Keys.GroupBy(key => key.Name, StringComparer.Ordinal).Where(group => group.Count() > 1)
            .Select(group => new ValidationResult($"Two keys have the Name {group.Key}.", [nameof(ApiKey.Name)])));
    }
}
