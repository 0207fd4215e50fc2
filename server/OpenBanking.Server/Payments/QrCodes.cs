using QRCoder;

namespace OpenBanking.Server.Payments;

/// <summary>Addresses as pictures for phones.</summary>
public static class QrCodes
{
    private const int PixelsPerModule = 8;

    /// <summary>In SVG, readable when an eighth of it is covered.</summary>
    public static string Draw(string address)
    {
        using var code = QRCodeGenerator.GenerateQrCode(address, QRCodeGenerator.ECCLevel.M);
        using var picture = new SvgQRCode(code);
        return picture.GetGraphic(PixelsPerModule);
    }
}
