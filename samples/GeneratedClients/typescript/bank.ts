// What the generated client leaves to you: who the app is (private_key_jwt), and a proof with each request (DPoP).
import { readFileSync } from "node:fs";
import * as oauth from "oauth4webapi";
import { BankApi } from "../../../artifacts/clients/bank-api.js";

const maxAttempts = 4;
const algorithm = { name: "ECDSA", namedCurve: "P-256" };

/** An app at the bank, whose key is in a PEM file. */
export class BankApp {
  private readonly client: oauth.Client;
  // The bank on your own machine has no TLS.
  private readonly insecure = { [oauth.allowInsecureRequests]: true };

  private constructor(
    private readonly as: oauth.AuthorizationServer,
    clientId: string,
    private readonly authentication: oauth.ClientAuth,
    private readonly proofs: oauth.DPoPHandle,
  ) {
    this.client = { client_id: clientId, id_token_signed_response_alg: "ES256" };
  }

  static async open(server: string, clientId: string, keyId: string, keyFile: string): Promise<BankApp> {
    const der = Buffer.from(readFileSync(keyFile, "utf8").replace(/-----[^-]+-----|\s/g, ""), "base64");
    const key = await crypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]);
    const issuer = new URL(server);
    const found = await oauth.discoveryRequest(issuer, {
      algorithm: "oauth2",
      [oauth.allowInsecureRequests]: true,
    });
    return new BankApp(
      await oauth.processDiscoveryResponse(issuer, found),
      clientId,
      oauth.PrivateKeyJwt({ key, kid: keyId }),
      oauth.DPoP({}, await oauth.generateKeyPair("ES256")),
    );
  }

  /** Asks for what a customer is to agree to, and gives the address to send the customer to. */
  async authorize(parameters: Record<string, string>): Promise<URL> {
    const { request_uri } = await this.proved(
      () =>
        oauth.pushedAuthorizationRequest(this.as, this.client, this.authentication, parameters, this.options()),
      (response) => oauth.processPushedAuthorizationResponse(this.as, this.client, response),
    );
    const address = new URL(this.as.authorization_endpoint!);
    address.searchParams.set("client_id", this.client.client_id);
    address.searchParams.set("request_uri", request_uri);
    return address;
  }

  /** Takes the tokens of the customer who has come back. */
  redeem(callback: URL, redirectUri: string, verifier: string, state: string, nonce: string) {
    const answer = oauth.validateAuthResponse(this.as, this.client, callback, state);
    return this.proved(
      () =>
        oauth.authorizationCodeGrantRequest(
          this.as,
          this.client,
          this.authentication,
          answer,
          redirectUri,
          verifier,
          this.options(),
        ),
      (response) =>
        oauth.processAuthorizationCodeResponse(this.as, this.client, response, { expectedNonce: nonce }),
    );
  }

  /** A token of the app itself. */
  async ownToken(): Promise<string> {
    const given = await this.proved(
      () => oauth.clientCredentialsGrantRequest(this.as, this.client, this.authentication, {}, this.options()),
      (response) => oauth.processClientCredentialsResponse(this.as, this.client, response),
    );
    return given.access_token;
  }

  /** The generated client, whose requests go with a token and a proof of it. */
  api(token: string): BankApi {
    const send = (url: RequestInfo, init: RequestInit = {}) =>
      oauth.protectedResourceRequest(
        token,
        init.method!,
        new URL(url.toString()),
        new Headers(init.headers),
        init.body as string | undefined,
        this.options(),
      );
    return new BankApi(this.as.issuer, {
      fetch: (url, init) =>
        this.proved(
          () => send(url, init),
          async (response) => response,
        ),
    });
  }

  /** Sends, and again with the nonce that was asked for: the second is asked for where the bank's database has just crashed. */
  private async proved<T>(
    send: () => Promise<Response>,
    read: (response: Response) => Promise<T>,
    noncesLeft = 2,
  ): Promise<T> {
    try {
      return await read(await this.patiently(send));
    } catch (failure) {
      if (!oauth.isDPoPNonceError(failure) || noncesLeft === 0) throw failure;
      return this.proved(send, read, noncesLeft - 1);
    }
  }

  /** A busy bank says how long to wait. It is the same request with the same Idempotency-Key, so that it acts once. */
  private async patiently(send: () => Promise<Response>): Promise<Response> {
    let response = await send();
    for (let attempts = 1; attempts < maxAttempts && [429, 503].includes(response.status); attempts++) {
      const seconds = Number(response.headers.get("Retry-After") ?? 1);
      await new Promise((resume) => setTimeout(resume, seconds * 1000));
      response = await send();
    }

    return response;
  }

  private options() {
    return { DPoP: this.proofs, ...this.insecure };
  }
}
