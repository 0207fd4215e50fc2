// npm oidc-provider as a FAPI 2.0 server, told on the standard input what it is to be. Everything it keeps is in its memory.
// A customer who comes to it is at once whoever login_hint says, and agrees to everything.
import { randomBytes, generateKeyPairSync } from 'node:crypto';
import { Provider } from 'oidc-provider';

let input = '';
for await (const chunk of process.stdin) input += chunk;
const { port, clients, audience, scope, format, customers, key } = JSON.parse(input);
const issuer = `http://localhost:${port}`;
const signing = key ?? {
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
  kid: 'signing',
};

const provider = new Provider(issuer, {
  clients,
  clientAuthMethods: ['private_key_jwt'],
  scopes: scope.split(' '),
  jwks: { keys: [{ ...signing, alg: 'ES256', use: 'sig' }] },
  cookies: { keys: [randomBytes(32).toString('hex')] },
  enabledJWA: {
    clientAuthSigningAlgValues: ['ES256', 'PS256'],
    dPoPSigningAlgValues: ['ES256', 'PS256'],
    idTokenSigningAlgValues: ['ES256'],
  },
  pkce: { required: () => true },
  responseTypes: ['code'],
  routes: {
    authorization: '/oauth/authorize',
    introspection: '/oauth/introspect',
    jwks: '/oauth/jwks',
    pushed_authorization_request: '/oauth/par',
    revocation: '/oauth/revoke',
    token: '/oauth/token',
  },
  ttl: { ClientCredentials: 300, AccessToken: 300, PushedAuthorizationRequest: 300 },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  // The bank's id of a customer goes to the bank alone: opaque tokens hold nothing to read.
  extraTokenClaims: (_, token) =>
    token.accountId ? { customer_id: customers[token.accountId] } : undefined,
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
    pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true },
    fapi: { enabled: true, profile: '2.0' },
    richAuthorizationRequests: {
      enabled: true,
      types: { account_information: { validate: () => {} }, coupon_wallet: { validate: () => {} } },
      authorizationDetailsForGrantSource: (ctx) => JSON.parse(ctx.oidc.params.authorization_details),
      authorizationDetailsForAccessToken: (_, __, source) => source.rar,
      authorizationDetailsForIntrospection: (_, token) => token.rar,
    },
    resourceIndicators: {
      enabled: true,
      defaultResource: (_, __, resources) => resources ?? audience,
      useGrantedResource: () => true,
      getResourceServerInfo: (_, resource) => ({
        scope,
        audience: resource,
        accessTokenTTL: 300,
        accessTokenFormat: format,
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
});

async function agree(ctx, next) {
  if (!ctx.path.startsWith('/interaction/')) return next();
  const { params } = await provider.interactionDetails(ctx.req, ctx.res);
  const grant = new provider.Grant({ accountId: params.login_hint, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  grant.addResourceScope(audience, params.scope);
  return provider.interactionFinished(ctx.req, ctx.res, {
    login: { accountId: params.login_hint },
    consent: { grantId: await grant.save() },
  });
}

provider.use(agree);
provider.on('server_error', (_, error) => console.error(error));
provider.listen(port, '127.0.0.1', () => console.log('ready'));
