using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace OpenBanking.Samples.VideoMembership;

/// <summary>Keeps customers' tokens in files, encrypted, so that they stay linked over restarts.</summary>
public sealed class FileTokenStore(string folder, IDataProtectionProvider protection) : ITokenStore
{
    private readonly IDataProtector protector = protection.CreateProtector("bank tokens");

    public async ValueTask<CustomerTokens?> GetAsync(
        string customerId,
        CancellationToken cancellationToken = default
    )
    {
        var file = FileOf(customerId);
        return File.Exists(file)
            ? JsonSerializer.Deserialize<CustomerTokens>(
                protector.Unprotect(await File.ReadAllBytesAsync(file, cancellationToken))
            )
            : null;
    }

    public ValueTask SetAsync(
        string customerId,
        CustomerTokens tokens,
        CancellationToken cancellationToken = default
    )
    {
        PrivateFile.CreateFolder(folder);
        PrivateFile.Write(FileOf(customerId), protector.Protect(JsonSerializer.SerializeToUtf8Bytes(tokens)));
        return ValueTask.CompletedTask;
    }

    public ValueTask RemoveAsync(string customerId, CancellationToken cancellationToken = default)
    {
        File.Delete(FileOf(customerId));
        return ValueTask.CompletedTask;
    }

    private string FileOf(string customerId) =>
        Path.Combine(
            folder,
            string.Concat(
                customerId.Where(character => char.IsAsciiLetterOrDigit(character) || character == '_')
            )
        );
}
