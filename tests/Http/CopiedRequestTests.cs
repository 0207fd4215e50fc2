using System.Net;
using System.Net.Sockets;
using OpenBanking.Testing;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Requests that something between app and bank sends twice, of which the app sees the second answer alone: nothing is done
/// twice, and nothing that was done is told as refused.</summary>
public sealed class CopiedRequestTests(SharedServer shared) : PayingCustomerTests(shared)
{
    private readonly SocketsHttpHandler handler = OpenBankingOptions.CreateHttpHandler();
    private OpenBankingClient app = null!;
    private int copies;

    private TestPartner Partner => Client.Partner;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        handler.ConnectCallback = async (_, cancellationToken) =>
            new CopyingStream(await SocketAsync(cancellationToken), CopyAsync);
        app = NewApp(handler);
        // The bank's metadata, a token and a nonce are there.
        _ = await app.Coupons.ListStocksAsync().ToListAsync();
    }

    public override ValueTask DisposeAsync()
    {
        handler.Dispose();
        return base.DisposeAsync();
    }

    [Fact]
    public async Task What_was_sent_twice_once_is_answered_as_it_was_done()
    {
        copies = 1;
        var payment = await PayAsync("order-1");
        copies = 1;
        var refund = await RefundAsync(payment);
        copies = 1;
        var read = await app.Payments.GetAsync(payment.Id);

        Assert.True(payment.Response!.IdempotencyReplayed);
        Assert.True(refund.Response!.IdempotencyReplayed);
        Assert.Equal((PaymentStatus.PartiallyRefunded, Money.Yuan(5)), (read.Status, read.RefundedAmount));
        Assert.Equal(0, copies);
    }

    [Fact]
    public async Task What_is_sent_twice_every_time_is_unknown_and_the_same_key_tells()
    {
        copies = int.MaxValue;
        var unpaid = await Assert.ThrowsAsync<PaymentOutcomeUnknownException>(() => PayAsync("order-1"));
        copies = 0;
        var payment = await unpaid.ResolveAsync();
        copies = int.MaxValue;
        var unrefunded = await Assert.ThrowsAsync<OutcomeUnknownException<Refund>>(() =>
            RefundAsync(payment)
        );
        var unread = await Assert.ThrowsAsync<OpenBankingException>(() => app.Payments.GetAsync(payment.Id));
        copies = 0;
        await unrefunded.ResolveAsync();

        Assert.Equal(ClientErrorCodes.ConnectionLost, unread.Code);
        Assert.Contains("Something on the way sent the request more than once", unread.Message);
        Assert.Equal(Money.Yuan(5), (await app.Payments.GetAsync(payment.Id)).RefundedAmount);
        Assert.Equal(Money.Yuan(85), await Partner.BalanceAsync(Customer));
    }

    [Fact]
    public async Task What_has_no_key_is_done_and_told_as_lost()
    {
        copies = int.MaxValue;
        var lost = await Assert.ThrowsAsync<OpenBankingException>(() => app.Orders.CloseAsync("order-1"));
        copies = 0;

        Assert.Equal(ClientErrorCodes.ConnectionLost, lost.Code);
        Assert.NotNull((await app.Orders.GetAsync("order-1")).ClosedAt);
    }

    /// <summary>The framework sends such a read again by itself, on another connection and with the same proof.</summary>
    [Fact]
    public async Task A_read_whose_kept_connection_ends_before_the_answer_is_read_again()
    {
        var payment = await PayAsync("order-1");
        using var way = new TcpProxy(Shared.Server.Address.Port);
        using var through = OpenBankingOptions.CreateHttpHandler();
        through.ConnectCallback = async (_, cancellationToken) =>
            new NetworkStream(await SocketAsync(cancellationToken, way.Port), ownsSocket: true);
        var reader = NewApp(through);
        await reader.Payments.GetAsync(payment.Id);

        way.LoseNextAnswer();

        Assert.Equal(PaymentStatus.Captured, (await reader.Payments.GetAsync(payment.Id)).Status);
    }

    private OpenBankingClient NewApp(SocketsHttpHandler connections) =>
        new(
            new OpenBankingOptions
            {
                Authority = Shared.Server.Address,
                ClientId = Partner.ClientId,
                Key = Partner.Key,
                HttpHandler = connections,
                MaxRetries = 1,
            }
        );

    private Task<Payment> PayAsync(string orderNo) =>
        app.Payments.CreateAsync(
            new CreatePaymentRequest
            {
                AgreementId = Customer.AgreementId!,
                OrderNo = orderNo,
                Amount = Money.Yuan(20),
            },
            IdempotencyKey.FromOrder(orderNo, "payment")
        );

    private Task<Refund> RefundAsync(Payment payment) =>
        app.Refunds.CreateAsync(
            new CreateRefundRequest { PaymentId = payment.Id, Amount = Money.Yuan(5) },
            IdempotencyKey.FromOrder(payment.OrderNo, "refund")
        );

    private async Task<Socket> SocketAsync(CancellationToken cancellationToken, int? port = null)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(
            new IPEndPoint(IPAddress.Loopback, port ?? Shared.Server.Address.Port),
            cancellationToken
        );
        return socket;
    }

    /// <summary>Sends what goes to the API ahead of it, while copies are made, and waits for its answer, which nobody is told.</summary>
    private async Task CopyAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        if (copies == 0 || !request.Span.StartsWith("GET /v1/"u8) && !request.Span.StartsWith("POST /v1/"u8))
        {
            return;
        }

        copies--;
        await using var ahead = new NetworkStream(await SocketAsync(cancellationToken), ownsSocket: true);
        await ahead.WriteAsync(request, cancellationToken);
        Assert.NotEqual(0, await ahead.ReadAsync(new byte[16 * 1024], cancellationToken));
    }

    /// <summary>A connection that has each request copied before it goes on.</summary>
    private sealed class CopyingStream(
        Socket socket,
        Func<ReadOnlyMemory<byte>, CancellationToken, Task> copy
    ) : NetworkStream(socket, ownsSocket: true)
    {
        public override async ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer,
            CancellationToken cancellationToken = default
        )
        {
            await copy(buffer, cancellationToken);
            await base.WriteAsync(buffer, cancellationToken);
        }
    }
}
