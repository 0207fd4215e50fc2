// A partner's program on the generated client:
// node program.js http://localhost:5080 CLIENT_ID KEY_ID KEY.pem REDIRECT_URI
// The customer's part is yours: open the address that is printed, and paste the one that the bank leads back to.
import { createInterface } from "node:readline/promises";
import * as oauth from "oauth4webapi";
import {
  ApiException,
  type CreatePaymentRequest,
  type GrantedAuthorization,
  type Money,
  type Problem,
} from "../../../artifacts/clients/bank-api.js";
import { BankApp } from "./bank.js";

const [server, clientId, keyId, keyFile, redirectUri] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
];
const bank = await BankApp.open(server, clientId, keyId, keyFile);

// 1. The customer links an account.
const verifier = oauth.generateRandomCodeVerifier();
const state = oauth.generateRandomState();
const nonce = oauth.generateRandomNonce();
const address = await bank.authorize({
  response_type: "code",
  redirect_uri: redirectUri,
  scope: "openid accounts coupons",
  state,
  nonce,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
  authorization_details: JSON.stringify([
    { type: "account_opening" },
    { type: "account_information" },
    { type: "coupon_wallet" },
    {
      type: "payment_agreement",
      per_payment_limit: yuan(200),
      daily_limit: yuan(1000),
      total_limit: yuan(10000),
      top_up_allowed: true,
    },
  ]),
});
done(address.href);
const terminal = createInterface(process.stdin);
const callback = new URL((await terminal[Symbol.asyncIterator]().next()).value);
terminal.close();
const given = await bank.redeem(callback, redirectUri, verifier, state, nonce);
const customer = bank.api(given.access_token);
const account = (await customer.listAccounts()).data[0]!;
const granted = given.authorization_details as unknown as GrantedAuthorization[];
const agreementId = granted.find((detail) => detail.type === "payment_agreement")!.agreement_id!;
done(`linked ${account.status}`);

// 2. The app brings money, gives a coupon, is paid, and gives it back.
const app = bank.api(await bank.ownToken());
const consent = await app.getConsent(given.consent_id as string);
done(`consent ${consent.authorization_details.map((detail) => detail.type).join(" ")}`);
let topUp = await app.createTopUp("top-up-1", { agreement_id: agreementId, amount: yuan(100) });
while (topUp.status === "processing") {
  await new Promise((resume) => setTimeout(resume, 50));
  topUp = await app.getTopUp(topUp.id);
}

done(`top-up ${topUp.status} ${topUp.amount.amount}`);
const stock = (await app.listCouponStocks(1)).data[0]!;
const coupon = await app.issueCoupon("coupon-1", { stock_id: stock.id, customer_id: consent.customer_id });
done(`coupon ${coupon.status} ${coupon.discount.amount}`);
const order: CreatePaymentRequest = {
  order_no: "order-1",
  amount: yuan(19.9),
  agreement_id: agreementId,
  coupon_id: coupon.id,
};
const payment = await app.createPayment("order-1/pay", order);
done(`payment ${payment.status} ${payment.customer_amount.amount} ${payment.discount_amount.amount}`);
const refund = await app.createRefund("order-1/refund", { payment_id: payment.id, amount: yuan(9.9) });
done(`refund ${refund.status} ${refund.customer_amount.amount} ${refund.discount_amount.amount}`);
const line = (await customer.listTransactions(account.id, 1)).data[0]!;
done(`transaction ${line.kind} ${line.amount.amount} ${line.balance_after.amount}`);

// 3. A payment that the customer confirms: its picture is no JSON.
const waiting = await app.createPayment("order-2/pay", { order_no: "order-2", amount: yuan(8) });
const picture = await (await app.getPaymentQrCode(waiting.id)).data.text();
done(`waiting ${waiting.status} ${waiting.next_action!.type} ${picture.slice(0, 4)}`);

// 4. What is refused, and what is declined.
const declined = await app.createPayment("order-3/pay", {
  order_no: "order-3",
  amount: yuan(150),
  agreement_id: agreementId,
});
done(`declined ${declined.status} ${declined.decline_code}`);
done(await refusalOf(() => app.createPayment("order-1/pay", { ...order, amount: yuan(18) })));
done(await refusalOf(() => app.createPayment("order-4/pay", { ...order, amount: yuan(-1) })));
done(await refusalOf(() => app.getPayment("pay_00000000000000000000000000")));

function yuan(amount: number): Money {
  return { currency: "CNY", amount: Math.round(amount * 100) };
}

async function refusalOf(act: () => Promise<unknown>): Promise<string> {
  try {
    await act();
    return "not refused";
  } catch (failure) {
    if (!ApiException.isApiException(failure)) throw failure;
    const problem: Problem = failure.result;
    const pointers = (problem.errors ?? []).map((error) => error.pointer);
    return ["refused", failure.status, problem.code, ...pointers].join(" ");
  }
}

function done(step: string): void {
  console.log(step);
}
