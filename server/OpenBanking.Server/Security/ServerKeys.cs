using System.Security.Cryptography;
using System.Text;

namespace OpenBanking.Server.Security;

/// <summary>The server's secrets: one master key, from which a key for each purpose is derived (HKDF, RFC 5869).
/// Losing it loses every sealed value, and every pairwise id.</summary>
public sealed class ServerKeys
{
    public const int KeyLength = 32;

    private readonly byte[] master;

    /// <exception cref="ArgumentException">The master key is not 32 bytes.</exception>
    public ServerKeys(byte[] master)
    {
        if (master.Length != KeyLength)
        {
            throw new ArgumentException("The master key must be 32 bytes.", nameof(master));
        }

        this.master = master;
    }

    /// <summary>The key for one purpose; the same for the same words.</summary>
    public byte[] For(string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, master, KeyLength, info: Encoding.UTF8.GetBytes(purpose));

    /// <summary>Reads the master key of a sandbox from its data folder, making it on the first start.</summary>
    /// <exception cref="WrongSettingException">The file holds something else.</exception>
    public static ServerKeys FromFile(string path)
    {
        if (!File.Exists(path))
        {
            // Whole or not at all: a half-written key would lock the data for good.
            var unfinished = path + ".new";
            PrivateFiles.CreateFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
            using (var file = PrivateFiles.Create(unfinished))
            {
                file.Write(RandomNumberGenerator.GetBytes(KeyLength));
                file.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path);
        }

        var key = File.ReadAllBytes(path);
        return key.Length == KeyLength
            ? new(key)
            : throw new WrongSettingException(
                $"{path} is no master key: it has {key.Length} bytes, and not {KeyLength}. Bring back the one that the store was "
                    + "begun with, or set Server:MasterKey."
            );
    }
}
