// What a partner has before its first request, and a customer at the bank's pages: plain HTTP, nothing of ours.

export const redirectUri = "http://localhost:1/callback";
export const scope = "openid accounts coupons";
export const authorizationDetails = JSON.stringify([
  { type: "account_opening" },
  { type: "account_information" },
  { type: "coupon_wallet", optional: true },
]);
const pin = "135791";

/** Signs up for a sandbox, and registers an app and a resource server in it. */
export async function signUp(server) {
  const sandbox = await json(`${server}/sandbox/partners`, { partner_name: "Node" });
  const person = (await json(`${sandbox.persons_url}.json`)).data[0];
  const app = await register(server, sandbox, { scope: `${scope} payments payments.read` });
  const resourceServer = await register(server, sandbox, { scope: "introspection", redirect_uris: [] });
  return { person, messages: `${sandbox.messages_url}.json?mobile=${person.mobile}`, app, resourceServer };
}

async function register(server, sandbox, metadata) {
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const { privateKey, publicKey } = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const jwk = await crypto.subtle.exportKey("jwk", publicKey);
  const kid = crypto.randomUUID();
  const registered = await json(
    `${server}/oauth/register`,
    {
      client_name: "Node app",
      redirect_uris: [redirectUri],
      jwks: { keys: [{ kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y, kid, use: "sig" }] },
      ...metadata,
    },
    { authorization: `Bearer ${sandbox.initial_access_token}` },
  );
  return { clientId: registered.client_id, key: { key: privateKey, kid } };
}

/** Goes through the pages as a browser without scripts, and gives where the bank sends the customer back to. */
export async function agree(start, { person, messages }) {
  const cookies = new Map();
  const entered = {
    "sign-in": async () => ({ Mobile: person.mobile }),
    code: async () => ({ Code: await oneTimeCode(messages) }),
    identity: async () => ({
      FullName: person.name,
      IdNumber: person.id_number,
      CardNumber: person.card_number,
      Terms: "true",
    }),
    pin: async () => ({ Pin: pin, Again: pin }),
    consent: async () => ({ Allowed: "coupon_wallet", Pin: pin }),
  };
  let { address, page } = await follow(start, {}, cookies);
  for (let visited = 0; visited < 100; visited++) {
    if (address.href.startsWith(redirectUri)) return address;
    const step = address.pathname.split("/").at(-1);
    if (step === "verifying") {
      await new Promise((resume) => setTimeout(resume, 100));
      ({ address, page } = await follow(address, {}, cookies));
      continue;
    }

    if (!entered[step]) throw new Error(`The bank shows ${address}`);
    const body = new URLSearchParams({ ...hidden(page), ...(await entered[step]()) });
    ({ address, page } = await follow(address, { method: "POST", body }, cookies));
  }

  throw new Error("The bank does not come to an end.");
}

async function follow(start, request, cookies) {
  let address = new URL(start);
  let init = request;
  while (true) {
    const response = await fetch(address, {
      ...init,
      redirect: "manual",
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") },
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [name, ...value] = cookie.split(";")[0].split("=");
      cookies.set(name, value.join("="));
    }

    const location = response.headers.get("location");
    if (!location) return { address, page: await response.text() };
    address = new URL(location, address);
    init = {};
    if (address.href.startsWith(redirectUri)) return { address, page: "" };
  }
}

function hidden(page) {
  const inputs = page.match(/<input[^>]*type="hidden"[^>]*>/g) ?? [];
  const attribute = (input, name) => new RegExp(`${name}="([^"]*)"`).exec(input)?.[1] ?? "";
  return Object.fromEntries(inputs.map((input) => [attribute(input, "name"), attribute(input, "value")]));
}

async function oneTimeCode(messages) {
  for (let tries = 0; tries < 100; tries++) {
    const newest = (await json(messages)).data[0];
    if (newest) return /[0-9]{6}/.exec(newest.text)[0];
    await new Promise((resume) => setTimeout(resume, 100));
  }

  throw new Error("No code came.");
}

async function json(address, body, headers = {}) {
  const response = await fetch(
    address,
    body && {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json", ...headers },
    },
  );
  const text = await response.text();
  if (!response.ok) throw new Error(`${address}: ${response.status} ${text}`);
  return JSON.parse(text);
}

/** Says what was done, a line each; the test reads them. */
export function done(step) {
  console.log(step);
}

export function check(holds, what) {
  if (!holds) throw new Error(what);
}
