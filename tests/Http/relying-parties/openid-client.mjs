// The certified client openid-client against the server: node openid-client.mjs http://localhost:5080
import * as client from "openid-client";
import { agree, authorizationDetails, check, done, redirectUri, scope, signUp } from "./bank.mjs";

const server = process.argv[2];
const partner = await signUp(server);

const configure = ({ clientId, key }) =>
  client.discovery(
    new URL(server),
    clientId,
    { id_token_signed_response_alg: "ES256", use_mtls_endpoint_aliases: false },
    client.PrivateKeyJwt(key),
    { execute: [client.allowInsecureRequests] },
  );

const config = await configure(partner.app);
const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair("ES256"));
done("discovery");

const verifier = client.randomPKCECodeVerifier();
const state = client.randomState();
const nonce = client.randomNonce();
const address = await client.buildAuthorizationUrlWithPAR(
  config,
  {
    redirect_uri: redirectUri,
    scope,
    state,
    nonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    authorization_details: authorizationDetails,
  },
  { DPoP },
);
check([...address.searchParams.keys()].sort().join() === "client_id,request_uri", `${address}`);
done("par");

const tokens = await client.authorizationCodeGrant(
  config,
  await agree(address, partner),
  { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true },
  undefined,
  { DPoP },
);
check(tokens.token_type === "dpop" && tokens.authorization_details.length === 3, JSON.stringify(tokens));
done("code");

const { sub } = tokens.claims();
const user = await client.fetchUserInfo(config, tokens.access_token, sub, { DPoP });
check(user.sub === sub, JSON.stringify(user));
done("userinfo");

const call = (token) =>
  client.fetchProtectedResource(config, token, new URL(`${server}/v1/accounts`), "GET", undefined, undefined, {
    DPoP,
  });
check((await call(tokens.access_token)).status === 200, "the API");
done("api");

const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP });
check((await call(refreshed.access_token)).status === 200, "the API, refreshed");
done("refresh");

const resourceServer = await configure(partner.resourceServer);
const facts = await client.tokenIntrospection(resourceServer, refreshed.access_token);
check(facts.active && facts.sub === sub && facts.cnf.jkt && facts.client_id === partner.app.clientId, JSON.stringify(facts));
done("introspection");

await client.tokenRevocation(config, tokens.refresh_token);
check(!(await client.tokenIntrospection(resourceServer, refreshed.access_token)).active, "active after revocation");
const refused = await call(refreshed.access_token).then(
  (response) => response.status,
  (failure) => failure.status ?? failure.response?.status ?? failure.cause?.status,
);
check(refused === 401, `the API, after revocation: ${refused}`);
done("revocation");

const own = await client.clientCredentialsGrant(config, { scope: "payments" }, { DPoP });
check(own.scope === "payments", JSON.stringify(own));
done("client credentials");
