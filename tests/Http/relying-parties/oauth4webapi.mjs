// The certified client oauth4webapi against the server: node oauth4webapi.mjs http://localhost:5080
import * as oauth from "oauth4webapi";
import { agree, authorizationDetails, check, done, redirectUri, scope, signUp } from "./bank.mjs";

const server = process.argv[2];
const partner = await signUp(server);
const insecure = { [oauth.allowInsecureRequests]: true };

const issuer = new URL(server);
const as = await oauth.processDiscoveryResponse(
  issuer,
  await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...insecure }),
);
done("discovery");

const client = { client_id: partner.app.clientId, id_token_signed_response_alg: "ES256" };
const authentication = oauth.PrivateKeyJwt(partner.app.key);
const options = { DPoP: oauth.DPoP(client, await oauth.generateKeyPair("ES256")), ...insecure };

/** Sends, and once more with the nonce that was asked for. */
async function twice(send, read) {
  try {
    return await read(await send());
  } catch (failure) {
    if (!oauth.isDPoPNonceError(failure)) throw failure;
    return read(await send());
  }
}

const verifier = oauth.generateRandomCodeVerifier();
const state = oauth.generateRandomState();
const nonce = oauth.generateRandomNonce();
const parameters = new URLSearchParams({
  response_type: "code",
  redirect_uri: redirectUri,
  scope,
  state,
  nonce,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
  authorization_details: authorizationDetails,
});
const { request_uri } = await twice(
  () => oauth.pushedAuthorizationRequest(as, client, authentication, parameters, options),
  (response) => oauth.processPushedAuthorizationResponse(as, client, response),
);
done("par");

const address = new URL(as.authorization_endpoint);
address.searchParams.set("client_id", client.client_id);
address.searchParams.set("request_uri", request_uri);
const callback = oauth.validateAuthResponse(as, client, await agree(address, partner), state);
const tokens = await twice(
  () => oauth.authorizationCodeGrantRequest(as, client, authentication, callback, redirectUri, verifier, options),
  (response) =>
    oauth.processAuthorizationCodeResponse(as, client, response, { expectedNonce: nonce, requireIdToken: true }),
);
check(tokens.token_type === "dpop", JSON.stringify(tokens));
done("code");

const { sub } = oauth.getValidatedIdTokenClaims(tokens);
const user = await twice(
  () => oauth.userInfoRequest(as, client, tokens.access_token, options),
  (response) => oauth.processUserInfoResponse(as, client, sub, response),
);
check(user.sub === sub, JSON.stringify(user));
done("userinfo");

const call = (token) =>
  twice(
    () => oauth.protectedResourceRequest(token, "GET", new URL(`${server}/v1/accounts`), undefined, null, options),
    (response) => response,
  );
check((await call(tokens.access_token)).status === 200, "the API");
done("api");

const refreshed = await twice(
  () => oauth.refreshTokenGrantRequest(as, client, authentication, tokens.refresh_token, options),
  (response) => oauth.processRefreshTokenResponse(as, client, response),
);
check((await call(refreshed.access_token)).status === 200, "the API, refreshed");
done("refresh");

const asker = { client_id: partner.resourceServer.clientId };
const askerAuthentication = oauth.PrivateKeyJwt(partner.resourceServer.key);
const ask = async (token) =>
  oauth.processIntrospectionResponse(
    as,
    asker,
    await oauth.introspectionRequest(as, asker, askerAuthentication, token, insecure),
  );
const facts = await ask(refreshed.access_token);
check(facts.active && facts.sub === sub && facts.cnf.jkt, JSON.stringify(facts));
done("introspection");

await oauth.processRevocationResponse(
  await oauth.revocationRequest(as, client, authentication, tokens.refresh_token, insecure),
);
check(!(await ask(refreshed.access_token)).active, "active after revocation");
done("revocation");

const own = await twice(
  () => oauth.clientCredentialsGrantRequest(as, client, authentication, { scope: "payments" }, options),
  (response) => oauth.processClientCredentialsResponse(as, client, response),
);
check(own.scope === "payments", JSON.stringify(own));
done("client credentials");
