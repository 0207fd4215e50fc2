using OpenBanking.Tests.Storage.Audit;
using OpenBanking.Tests.Storage.Authorization;
using OpenBanking.Tests.Storage.Engine;
using OpenBanking.Tests.Storage.Ledger;
using OpenBanking.Tests.Storage.Migrations;
using OpenBanking.Tests.Storage.Outside;
using OpenBanking.Tests.Storage.Security;
using OpenBanking.Tests.Storage.Tables;

namespace OpenBanking.Tests.Storage.Postgres;

public sealed class PostgresTableTests(OpenDatabase<PostgresDatabase> opened, ITestOutputHelper output)
    : TableTests<PostgresDatabase>(opened, output);

public sealed class PostgresStoreTests : StoreTests<PostgresDatabase>;

public sealed class PostgresConstraintTests : ConstraintTests<PostgresDatabase>;

public sealed class PostgresCompatibilityTests : CompatibilityTests<EmptyPostgresDatabase>;

public sealed class PostgresMigrationTests : MigrationTests<EmptyPostgresDatabase>;

public sealed class PostgresBatchTests : BatchTests<PostgresDatabase>;

public sealed class PostgresFailureTests : FailureTests<PostgresDatabase>;

public sealed class PostgresIdempotencyTests : IdempotencyTests<PostgresDatabase>;

public sealed class PostgresQueueTests : QueueTests<PostgresDatabase>;

public sealed class PostgresSweepTests : SweepTests<PostgresDatabase>;

public sealed class PostgresOutlivedTests : OutlivedTests<PostgresDatabase>;

public sealed class PostgresSpendingTests : SpendingTests<PostgresDatabase>;

public sealed class PostgresConfirmationTests : ConfirmationTests<PostgresDatabase>;

public sealed class PostgresSigningKeyTests : SigningKeyTests<PostgresDatabase>;

public sealed class PostgresDirectoryTests : DirectoryTests<PostgresDatabase>;

public sealed class PostgresEndedAppTests : EndedAppTests<PostgresDatabase>;

public sealed class PostgresUnaskedPaymentTests : UnaskedPaymentTests<PostgresDatabase>;

public sealed class PostgresBooksAuditTests : BooksAuditTests<PostgresDatabase>;

public sealed class PostgresAuditChainTests : AuditChainTests<PostgresDatabase>;

public sealed class PostgresAuditTamperingTests : AuditTamperingTests<PostgresDatabase>;

public sealed class PostgresAuditorTests : AuditorTests<PostgresDatabase>;

public sealed class PostgresFindingTests : FindingTests<PostgresDatabase>;

public sealed class PostgresAuditorGapTests : AuditorGapTests<PostgresDatabase>;

public sealed class PostgresAuditorDayTests : AuditorDayTests<PostgresDatabase>;

public sealed class PostgresEventCursorTests : EventCursorTests<PostgresDatabase>;

public sealed class PostgresHoldAuditTests : HoldAuditTests<PostgresDatabase>;

public sealed class PostgresPaymentAuditTests : PaymentAuditTests<PostgresDatabase>;

public sealed class PostgresAgreementAuditTests : AgreementAuditTests<PostgresDatabase>;

public sealed class PostgresFeeAuditTests : FeeAuditTests<PostgresDatabase>;

public sealed class PostgresOwnTopUpAuditTests : OwnTopUpAuditTests<PostgresDatabase>;

public sealed class PostgresPayoutAuditTests : PayoutAuditTests<PostgresDatabase>;

public sealed class PostgresSettlementLineTests : SettlementLineTests<PostgresDatabase>;

public sealed class PostgresAuditCommandTests : AuditCommandTests<PostgresDatabase>;

public sealed class PostgresSubjectNamesTests : SubjectNamesTests<PostgresDatabase>;

public sealed class PostgresKeyCommandTests : KeyCommandTests<PostgresDatabase>;

public sealed class PostgresForeignKeyTests : ForeignKeyTests<PostgresDatabase>;

public sealed class PostgresWorkerTests : WorkerTests<PostgresDatabase>;

public sealed class PostgresWebhookSenderTests : WebhookSenderTests<PostgresDatabase>;

public sealed class PostgresRewrappingTests : RewrappingTests<PostgresDatabase>;

public sealed class PostgresPostingExportTests : PostingExportTests<PostgresDatabase>;

public sealed class PostgresDelayedMessageTests : DelayedMessageTests<PostgresDatabase>;

public sealed class PostgresTopUpUnderWayTests : TopUpUnderWayTests<PostgresDatabase>;

public sealed class PostgresIntentGroupTests : IntentGroupTests<PostgresDatabase>;
