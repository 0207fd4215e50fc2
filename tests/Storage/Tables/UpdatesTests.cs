using OpenBanking.Server.Accounts;
using OpenBanking.Server.Storage;

namespace OpenBanking.Tests.Storage.Tables;

/// <summary>Which columns an update writes.</summary>
public sealed class UpdatesTests
{
    private static readonly AccountRow read = Rows.Account;

    private readonly Updates updates = new((_, columns) => string.Join(' ', columns));

    [Fact]
    public void What_changed_is_written_and_the_key_is_named() =>
        Assert.Equal(
            "id available version",
            TextOf(read with { Available = read.Available + 1, Version = 2 })
        );

    [Fact]
    public void Rows_that_are_written_together_write_what_changed_in_any_of_them() =>
        Assert.Equal(
            "id available held version",
            TextOf(
                read with
                {
                    Available = read.Available + 1,
                    Version = 2,
                },
                read with
                {
                    Held = read.Held + 1,
                    Version = 2,
                }
            )
        );

    [Fact]
    public void A_choice_of_columns_is_made_once() =>
        Assert.Same(
            TextOf(read with { Available = read.Available + 1 }),
            TextOf(read with { Available = read.Available + 2 })
        );

    [Fact]
    public void Of_too_many_choices_the_smallest_is_taken_that_writes_all_that_changed()
    {
        Func<AccountRow, AccountRow>[] changes =
        [
            row => row with { Available = row.Available + 1 },
            row => row with { Held = row.Held + 1 },
            row => row with { Entries = row.Entries + 1 },
            row => row with { DayOutflow = row.DayOutflow + 1 },
            row => row with { YearOutflow = row.YearOutflow + 1 },
        ];
        for (var chosen = 0; chosen < 1 << changes.Length; chosen++)
        {
            var row = changes
                .Where((_, i) => (chosen & (1 << i)) != 0)
                .Aggregate(read, (row, change) => change(row));
            var written = TextOf(row).Split(' ');

            bool[] differ = AccountTables.Accounts.MarkKey();
            AccountTables.Accounts.Compare(row, read, differ);
            var needed = AccountTables.Accounts.Columns.Where((_, i) => differ[i]).ToList();
            Assert.Empty(needed.Except(written));
            Assert.True(chosen > 20 || written.Length == needed.Count, string.Join(' ', written));
        }
    }

    private string TextOf(params AccountRow[] rows) =>
        updates
            .Of(AccountTables.Accounts, [.. rows.Select(row => new ChangedRow<AccountRow>(row, read))])
            .Text;
}
