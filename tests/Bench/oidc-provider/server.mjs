// npm oidc-provider as a FAPI 2.0 server with one client, told on the standard input: what the benchmark compares with.
// Everything it keeps is in its memory.
import { randomBytes, generateKeyPairSync } from 'node:crypto';
import { Provider } from 'oidc-provider';

let input = '';
for await (const chunk of process.stdin) input += chunk;
const { port, client, audience, scope } = JSON.parse(input);
const issuer = `http://localhost:${port}`;
const signing = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });

const provider = new Provider(issuer, {
  clients: [client],
  clientAuthMethods: ['private_key_jwt'],
  scopes: scope.split(' '),
  jwks: { keys: [{ ...signing, kid: 'signing', alg: 'ES256', use: 'sig' }] },
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
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
    pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true },
    fapi: { enabled: true, profile: '2.0' },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => audience,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope,
        audience,
        accessTokenTTL: 300,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
});
provider.on('server_error', (_, error) => console.error(error));
provider.listen(port, '127.0.0.1', () => console.log('ready'));
