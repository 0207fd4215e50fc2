using OpenBanking.Server.Accounts;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.CommandLine;

/// <summary>identity-images: writes the pictures of the ID card that an account was opened with, for the bank's staff who must
/// see them.</summary>
public static class ImageCommands
{
    public const string Write = "identity-images";

    public const string Usage =
        "identity-images needs the account's id, acct_…, as find-customer lists it, and the folder to write to.";

    public static async Task<int> WriteImagesAsync(this WebApplication app, string account, string folder)
    {
        var files = await WriteAsync(app.Services, account, folder);
        foreach (var file in files)
        {
            Console.WriteLine(file);
        }

        Console.WriteLine(
            files.Count == 0 ? $"There are no pictures for {account}." : $"{files.Count} written"
        );
        return files.Count == 0 ? 1 : 0;
    }

    /// <summary>The files that were written; none for a customer whose profile was erased.</summary>
    public static async Task<IReadOnlyList<string>> WriteAsync(
        IServiceProvider services,
        string text,
        string folder
    )
    {
        var store = services.GetRequiredService<Store>();
        if (
            !Id<AccountRow>.TryParse(text, out var id)
            || await store.ListAcrossWorldsAsync(AccountTables.Accounts, 1, $"id = {id}")
                is not [var (world, account)]
            || await store.FindAsync(CustomerTables.Customers, world, account.CustomerId)
                is not { ErasedAt: null }
        )
        {
            return [];
        }

        PrivateFiles.CreateFolder(folder);
        var files = new List<string>();
        // Whoever applies again before the first PIN goes on with the same account.
        var applications = await store.ListAsync(
            ApplicationTables.Applications,
            world,
            $"customer_id = {account.CustomerId} AND account_id = {id} AND images > 0 ORDER BY id"
        );
        foreach (var (i, application) in applications.Index())
        {
            var images = (await services.GetRequiredService<ImageStore>().ReadAsync(world, application))!;
            var name = i == 0 ? $"{id}" : $"{id}-{i + 1}";
            await WriteAsync(images.Portrait, $"{name}-portrait");
            await WriteAsync(images.Emblem, $"{name}-emblem");
        }

        return files;

        async Task WriteAsync(IdentityImage? image, string name)
        {
            if (image is not null)
            {
                var ending = image.MediaType == ImageFiles.Png ? "png" : "jpg";
                files.Add(Path.Combine(folder, $"{name}.{ending}"));
                await using var file = PrivateFiles.Create(files[^1]);
                await file.WriteAsync(image.Content);
            }
        }
    }
}
