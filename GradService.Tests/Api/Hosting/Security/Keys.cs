namespace GradService.Tests.Api.Hosting.Security;

/// <summary>A key, its hash by sha256sum, and services that want it.</summary>
internal static class Keys
{
    public const string Text = "correct horse battery staple";

    /// <summary>printf %s 'correct horse battery staple' | sha256sum</summary>
    public const string Hash = "c4bbcb1fbec99d65bf59d85c8cb62ee2db963f0fe106f483d9afa73bd4e39a8a";

    public const string OtherText = "another";

    /// <summary>printf %s another | sha256sum</summary>
    public const string OtherHash = "ae448ac86c4e8e4dec645729708ef41873ae79c6dff84eff73360989487f08e5";

    public static GradApplication Service(params IReadOnlyList<(string Key, string Value)> more) => new()
    {
        Settings = [("ApiKeys:0:Name", "one"), ("ApiKeys:0:Sha256", Hash), ("ApiKeys:1:Name", "two"), ("ApiKeys:1:Sha256", OtherHash), .. more],
    };

    /// <summary>A client that sends a header with every request.</summary>
    public static HttpClient With(this GradApplication application, string header, string value)
    {
        var client = application.CreateClient();
        client.DefaultRequestHeaders.TryAddWithoutValidation(header, value);
        return client;
    }
}
