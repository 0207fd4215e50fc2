using System.Globalization;
using System.Reflection;
using Microsoft.OpenApi;
using OpenBanking.Server.Fees;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Security;

namespace OpenBanking.Server.Http.OpenApi;

/// <summary>Says of the fields of requests how long and how large they may be, by what the server itself checks them with.</summary>
internal static class RequestBounds
{
    private static readonly Dictionary<(Type, string), Action<OpenApiSchema>> known = new()
    {
        [(typeof(CreatePaymentRequest), nameof(CreatePaymentRequest.OrderNo))] = Text(WireText.OrderNo),
        [(typeof(CreatePaymentRequest), nameof(CreatePaymentRequest.Description))] = Text(WireText.Words),
        [(typeof(CreatePaymentRequest), nameof(CreatePaymentRequest.DeviceId))] = Text(WireText.Device),
        [(typeof(CreatePaymentRequest), nameof(CreatePaymentRequest.Splits))] = Parts,
        [(typeof(CreateRefundRequest), nameof(CreateRefundRequest.Reason))] = Text(WireText.Words),
        [(typeof(CreateRefundRequest), nameof(CreateRefundRequest.Splits))] = Parts,
        [(typeof(CreateSubMerchantRequest), nameof(CreateSubMerchantRequest.Name))] = Text(WireText.Name),
        [(typeof(CreateSubMerchantRequest), nameof(CreateSubMerchantRequest.Reference))] = Text(
            WireText.OrderNo
        ),
        [(typeof(CreateWebhookEndpointRequest), nameof(CreateWebhookEndpointRequest.Url))] = Text(
            WireText.Address
        ),
        [(typeof(SandboxSignUpRequest), nameof(SandboxSignUpRequest.PartnerName))] = Text(WireText.Name),
        [(typeof(AccountApplicationRequest), nameof(AccountApplicationRequest.EncryptedApplicant))] =
            schema => schema.MaxLength = Jwe.LongestText,
        [(typeof(SetSandboxFeesRequest), nameof(SetSandboxFeesRequest.BasisPoints))] = schema =>
        {
            schema.Minimum = "0";
            schema.Maximum = FeeRules.MostBasisPoints.ToString(CultureInfo.InvariantCulture);
        },
    };

    public static void Describe(OpenApiSchema schema, PropertyInfo property)
    {
        if (known.TryGetValue((property.DeclaringType!, property.Name), out var describe))
        {
            describe(schema);
        }
    }

    private static Action<OpenApiSchema> Text(TextBounds bounds) =>
        schema =>
        {
            schema.MinLength = 1;
            schema.MaxLength = bounds.Longest;
            schema.Pattern = bounds.Pattern;
        };

    private static void Parts(OpenApiSchema schema) => schema.MaxItems = PaymentShares.Most;
}
