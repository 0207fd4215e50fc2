using System.Text.Json;
using System.Text.Json.Serialization;

namespace OpenBanking;

/// <summary>How requests are written by a client and read by the server: strictly. An unknown, repeated or
/// missing field is an error.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    AllowOutOfOrderMetadataProperties = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 32
)]
[JsonSerializable(typeof(CreatePaymentRequest))]
[JsonSerializable(typeof(CapturePaymentRequest))]
[JsonSerializable(typeof(CancelPaymentRequest))]
[JsonSerializable(typeof(CreateRefundRequest))]
[JsonSerializable(typeof(CreateTopUpRequest))]
[JsonSerializable(typeof(IssueCouponRequest))]
[JsonSerializable(typeof(CreateSubMerchantRequest))]
[JsonSerializable(typeof(AccountApplicationRequest))]
[JsonSerializable(typeof(Applicant))]
[JsonSerializable(typeof(CreateWebhookEndpointRequest))]
[JsonSerializable(typeof(NarrowConsentRequest))]
[JsonSerializable(typeof(SandboxSignUpRequest))]
[JsonSerializable(typeof(SetSandboxFeesRequest))]
[JsonSerializable(typeof(AdvanceSandboxClockRequest))]
[JsonSerializable(typeof(IReadOnlyList<AuthorizationDetail>))]
[JsonSerializable(typeof(AuthorizationDetail[]))]
public sealed partial class RequestJson : JsonSerializerContext;

/// <summary>How answers are written by the server and read by a client: openly. Unknown fields are kept.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 32
)]
[JsonSerializable(typeof(Payment))]
[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(ClosedOrder))]
[JsonSerializable(typeof(Refund))]
[JsonSerializable(typeof(Page<Refund>))]
[JsonSerializable(typeof(TopUp))]
[JsonSerializable(typeof(Page<TopUp>))]
[JsonSerializable(typeof(Coupon))]
[JsonSerializable(typeof(Page<Coupon>))]
[JsonSerializable(typeof(Payout))]
[JsonSerializable(typeof(Page<Payout>))]
[JsonSerializable(typeof(Page<SettlementTransaction>))]
[JsonSerializable(typeof(SubMerchant))]
[JsonSerializable(typeof(Page<SubMerchant>))]
[JsonSerializable(typeof(CouponStock))]
[JsonSerializable(typeof(Page<CouponStock>))]
[JsonSerializable(typeof(AccountApplication))]
[JsonSerializable(typeof(Page<AccountApplication>))]
[JsonSerializable(typeof(Account))]
[JsonSerializable(typeof(Page<Account>))]
[JsonSerializable(typeof(SpendingLimits))]
[JsonSerializable(typeof(Page<Transaction>))]
[JsonSerializable(typeof(Consent))]
[JsonSerializable(typeof(Page<Consent>))]
[JsonSerializable(typeof(PaymentAgreement))]
[JsonSerializable(typeof(Page<PaymentAgreement>))]
[JsonSerializable(typeof(WebhookEndpoint))]
[JsonSerializable(typeof(Page<WebhookEndpoint>))]
[JsonSerializable(typeof(WebhookEvent))]
[JsonSerializable(typeof(Page<WebhookEvent>))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(ClientRegistrationRequest))]
[JsonSerializable(typeof(ClientRegistration))]
[JsonSerializable(typeof(PushedAuthorization))]
[JsonSerializable(typeof(TokenResponse))]
[JsonSerializable(typeof(OAuthError))]
[JsonSerializable(typeof(TokenIntrospection))]
[JsonSerializable(typeof(UserInfo))]
[JsonSerializable(typeof(AuthorizationServerMetadata))]
[JsonSerializable(typeof(JsonWebKeySetDocument))]
[JsonSerializable(typeof(JsonWebKeyDocument))]
[JsonSerializable(typeof(SandboxSignUp))]
[JsonSerializable(typeof(SandboxFees))]
[JsonSerializable(typeof(SandboxTime))]
[JsonSerializable(typeof(Page<SandboxMessage>))]
[JsonSerializable(typeof(Page<SandboxPerson>))]
[JsonSerializable(typeof(IReadOnlyList<GrantedAuthorization>))]
public sealed partial class ResponseJson : JsonSerializerContext;
