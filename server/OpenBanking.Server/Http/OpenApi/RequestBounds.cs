using System.Globalization;
using System.Reflection;
using Microsoft.OpenApi;
using OpenBanking.Server.Fees;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Sandbox;
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
        [(typeof(AdvanceSandboxClockRequest), nameof(AdvanceSandboxClockRequest.AdvanceSeconds))] = schema =>
        {
            schema.Minimum = "1";
            schema.Maximum = SandboxClockApi.MostSeconds.ToString(CultureInfo.InvariantCulture);
        },
    };

    /// <summary>The amounts of requests, by the least that each may be. <see cref="Money"/> itself has no bounds: those of answers
    /// have none.</summary>
    private static readonly Dictionary<(Type, string), long> leastFen = new()
    {
        [(typeof(CreatePaymentRequest), nameof(CreatePaymentRequest.Amount))] = 1,
        [(typeof(Split), nameof(Split.Amount))] = 1,
        [(typeof(CapturePaymentRequest), nameof(CapturePaymentRequest.Amount))] = 1,
        [(typeof(CreateRefundRequest), nameof(CreateRefundRequest.Amount))] = 1,
        [(typeof(CreateTopUpRequest), nameof(CreateTopUpRequest.Amount))] = 1,
        [(typeof(PaymentAgreementTerms), nameof(PaymentAgreementTerms.PerPaymentLimit))] = 1,
        [(typeof(PaymentAgreementTerms), nameof(PaymentAgreementTerms.DailyLimit))] = 1,
        [(typeof(PaymentAgreementTerms), nameof(PaymentAgreementTerms.MonthlyLimit))] = 1,
        [(typeof(PaymentAgreementTerms), nameof(PaymentAgreementTerms.TotalLimit))] = 1,
        [(typeof(SetSandboxFeesRequest), nameof(SetSandboxFeesRequest.Minimum))] = 0,
        [(typeof(SetSandboxFeesRequest), nameof(SetSandboxFeesRequest.Cap))] = 0,
    };

    public static void Describe(IOpenApiSchema schema, PropertyInfo property)
    {
        var field = (property.DeclaringType!, property.Name);
        if (schema is OpenApiSchema own && known.TryGetValue(field, out var describe))
        {
            describe(own);
        }
        else if (schema is OpenApiSchemaReference shared && leastFen.TryGetValue(field, out var least))
        {
            // Beside the reference, where OpenAPI 3.1 takes it; 3.0 has nothing there.
            shared.Reference.Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["amount"] = new OpenApiSchema
                {
                    Minimum = least.ToString(CultureInfo.InvariantCulture),
                    Maximum = Wire.MostAmount.ToString(CultureInfo.InvariantCulture),
                },
            };
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
