using OpenBanking.Tests.Storage.Audit;
using OpenBanking.Tests.Storage.Authorization;
using OpenBanking.Tests.Storage.Engine;
using OpenBanking.Tests.Storage.Ledger;
using OpenBanking.Tests.Storage.Migrations;
using OpenBanking.Tests.Storage.Outside;
using OpenBanking.Tests.Storage.Security;
using OpenBanking.Tests.Storage.Tables;

namespace OpenBanking.Tests.Storage.Sqlite;

public sealed class SqliteTableTests(OpenDatabase<SqliteDatabase> opened, ITestOutputHelper output)
    : TableTests<SqliteDatabase>(opened, output);

public sealed class SqliteStoreTests : StoreTests<SqliteDatabase>;

public sealed class SqliteConstraintTests : ConstraintTests<SqliteDatabase>;

public sealed class SqliteCompatibilityTests : CompatibilityTests<EmptySqliteDatabase>;

public sealed class SqliteMigrationTests : MigrationTests<EmptySqliteDatabase>;

public sealed class SqliteMigrateCommandTests : MigrateCommandTests<EmptySqliteDatabase>;

public sealed class SqliteBatchTests : BatchTests<SqliteDatabase>;

public sealed class SqliteFailureTests : FailureTests<SqliteDatabase>;

public sealed class SqliteIdempotencyTests : IdempotencyTests<SqliteDatabase>;

public sealed class SqliteQueueTests : QueueTests<SqliteDatabase>;

public sealed class SqliteSweepTests : SweepTests<SqliteDatabase>;

public sealed class SqliteOutlivedTests : OutlivedTests<SqliteDatabase>;

public sealed class SqliteSpendingTests : SpendingTests<SqliteDatabase>;

public sealed class SqliteHoldTests : HoldTests<SqliteDatabase>;

public sealed class SqliteUnaskedPaymentTests : UnaskedPaymentTests<SqliteDatabase>;

public sealed class SqliteConfirmationTests : ConfirmationTests<SqliteDatabase>;

public sealed class SqliteSigningKeyTests : SigningKeyTests<SqliteDatabase>;

public sealed class SqliteDirectoryTests : DirectoryTests<SqliteDatabase>;

public sealed class SqliteEndedAppTests : EndedAppTests<SqliteDatabase>;

public sealed class SqliteBooksAuditTests : BooksAuditTests<SqliteDatabase>;

public sealed class SqliteAuditChainTests : AuditChainTests<SqliteDatabase>;

public sealed class SqliteAuditTamperingTests : AuditTamperingTests<SqliteDatabase>;

public sealed class SqliteAuditorTests : AuditorTests<SqliteDatabase>;

public sealed class SqliteFindingTests : FindingTests<SqliteDatabase>;

public sealed class SqliteAuditorGapTests : AuditorGapTests<SqliteDatabase>;

public sealed class SqliteAuditorDayTests : AuditorDayTests<SqliteDatabase>;

public sealed class SqliteEventCursorTests : EventCursorTests<SqliteDatabase>;

public sealed class SqliteHoldAuditTests : HoldAuditTests<SqliteDatabase>;

public sealed class SqlitePaymentAuditTests : PaymentAuditTests<SqliteDatabase>;

public sealed class SqliteAgreementAuditTests : AgreementAuditTests<SqliteDatabase>;

public sealed class SqliteFeeAuditTests : FeeAuditTests<SqliteDatabase>;

public sealed class SqliteOwnTopUpAuditTests : OwnTopUpAuditTests<SqliteDatabase>;

public sealed class SqlitePayoutAuditTests : PayoutAuditTests<SqliteDatabase>;

public sealed class SqliteSettlementLineTests : SettlementLineTests<SqliteDatabase>
{
    [Fact]
    public void A_page_is_read_by_the_key()
    {
        using var database = new SqliteDatabase();

        var plan = database.PlanOf(Query.Text).Split('\n');

        const string byKey = "SEARCH entry USING PRIMARY KEY (world=? AND account_id=? AND ";
        Assert.Equal(
            [
                $"{byKey}(sequence,posting_id)>(?,?) AND sequence<?)",
                $"{byKey}(sequence,posting_id)>(?,?) AND sequence<?)",
                $"{byKey}sequence>? AND sequence<?)",
            ],
            plan.Where(line => line.Contains("entry", StringComparison.Ordinal))
        );
    }
}

public sealed class SqliteAuditCommandTests : AuditCommandTests<SqliteDatabase>;

public sealed class SqliteSubjectNamesTests : SubjectNamesTests<SqliteDatabase>;

public sealed class SqliteKeyCommandTests : KeyCommandTests<SqliteDatabase>;

public sealed class SqliteForeignKeyTests : ForeignKeyTests<SqliteDatabase>;

public sealed class SqliteWorkerTests : WorkerTests<SqliteDatabase>;

public sealed class SqliteWebhookSenderTests : WebhookSenderTests<SqliteDatabase>;

public sealed class SqliteRewrappingTests : RewrappingTests<SqliteDatabase>;

public sealed class SqlitePostingExportTests : PostingExportTests<SqliteDatabase>;

public sealed class SqliteDelayedMessageTests : DelayedMessageTests<SqliteDatabase>;

public sealed class SqliteTopUpUnderWayTests : TopUpUnderWayTests<SqliteDatabase>;

public sealed class SqliteIntentGroupTests : IntentGroupTests<SqliteDatabase>;
