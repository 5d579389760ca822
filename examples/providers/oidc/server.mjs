// A small OAuth2 server (oidc-provider) with the API that its tokens open, both on loopback, all in memory. It is here to
// try keyroll against, and the tests run it. What it adds to oidc-provider is what most identity services have: several
// secrets of one client, each with an id of its own, behind an admin route.
//
//   npm install oidc-provider@8 && OIDC_ADMIN=... node server.mjs
//
// OIDC_ADMIN    the token of the admin route
// OIDC_AUTH     port of the OAuth2 server (4000; 0 takes a free one)
// OIDC_API      port of the API (4001)
// OIDC_SECONDS  how long an access token lives (300)
// OIDC_FOLDER   where node_modules is, if not here

import { createServer } from 'node:http';
import { createHash, generateKeyPairSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const own = process.env.OIDC_FOLDER ?? import.meta.dirname ?? '.';
const { resolve: find } = createRequire(pathToFileURL(resolve(own, 'x.cjs')));
const load = (name) => import(pathToFileURL(find(name)));
const { default: Provider } = await load('oidc-provider');
const { createLocalJWKSet, jwtVerify } = await load('jose');

const ADMIN = process.env.OIDC_ADMIN;
if (!ADMIN || ADMIN.length < 16) throw new Error('OIDC_ADMIN must hold a token of 16 characters or more');
const SECONDS = Number(process.env.OIDC_SECONDS ?? 300);

// ---- What there is --------------------------------------------------------------------------------------------------

const orders = new Map([
  ['WO-1001', { id: 'WO-1001', site: 'hawthorne', title: 'Grease press 01', status: 'open' }],
  ['WO-9001', { id: 'WO-9001', site: 'eastfield', title: 'Change belt 7', status: 'open' }],
]);

/** What each client may do: the identity service knows it, the API believes what stands in the token. */
const rights = new Map([
  ['svc-import-hawthorne', { site: 'hawthorne', scopes: ['orders:read'] }],
  ['svc-import-eastfield', { site: 'eastfield', scopes: ['orders:read'] }],
]);

/** The secrets of each client: { id, name, digest, created }. The value itself is told once and not kept. */
const secrets = new Map([...rights.keys()].map((client) => [client, []]));

/** Who read or changed what, by which token. */
const trail = [];

const digest = (text) => createHash('sha256').update(text).digest();
const same = (text, digested) => timingSafeEqual(digest(text), digested);
const name = (bytes) => randomBytes(bytes).toString('base64url');

// ---- The OAuth2 server ----------------------------------------------------------------------------------------------

const stored = new Map();

class Adapter {
  constructor(model) { this.model = model; }
  at(id) { return `${this.model}:${id}`; }
  async upsert(id, payload) { stored.set(this.at(id), payload); }
  async find(id) { return stored.get(this.at(id)); }
  async destroy(id) { stored.delete(this.at(id)); }
  async consume(id) { this.find(id).then((found) => { found.consumed = Date.now(); }); }
  async findByUid() {}
  async findByUserCode() {}
  async revokeByGrantId() {}
}

for (const client_id of rights.keys()) {
  stored.set(`Client:${client_id}`, { client_id, client_secret: name(32) });
}

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const key = { ...privateKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig', alg: 'ES256' };
const { d, ...open } = key;
const keys = createLocalJWKSet({ keys: [open] });

/** Tokens for `urn:orders` are signed: the API reads them by itself. Those for `urn:orders:asked` it asks about. */
const AUDIENCES = { 'urn:orders': 'jwt', 'urn:orders:asked': 'opaque' };

function serve(port, handle) {
  return new Promise((done) => {
    const server = createServer(handle);
    server.listen(port, '127.0.0.1', () => done([server, `http://127.0.0.1:${server.address().port}`]));
  });
}

let asked;
const [, issuer] = await serve(Number(process.env.OIDC_AUTH ?? 4000), (request, response) => asked(request, response));

const provider = new Provider(issuer, {
  adapter: Adapter,
  clients: [],
  cookies: { keys: [name(16)] },
  jwks: { keys: [key] },
  scopes: [],
  clientDefaults: {
    grant_types: ['client_credentials'], redirect_uris: [], response_types: [],
    token_endpoint_auth_method: 'client_secret_post', id_token_signed_response_alg: 'ES256',
  },
  ttl: { ClientCredentials: SECONDS },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: (ctx, client, token) => token.clientId === client.clientId },
    revocation: { enabled: true },
    registration: { enabled: true, initialAccessToken: ADMIN },
    registrationManagement: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => 'urn:orders',
      // The scopes of a client do not limit those of a resource: what is told here does.
      getResourceServerInfo: (ctx, resource, client) => ({
        scope: (rights.get(client.clientId)?.scopes ?? []).join(' '),
        audience: resource,
        accessTokenTTL: SECONDS,
        accessTokenFormat: AUDIENCES[resource] ?? 'opaque',
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
  extraTokenClaims: (ctx, token) => ({ site: rights.get(token.clientId)?.site }),
});
provider.on('server_error', (ctx, error) => console.error(error));

/** Any of the client's secrets, and for a registered client its own. */
const alone = provider.Client.prototype.compareClientSecret;
provider.Client.prototype.compareClientSecret = function several(actual) {
  const known = secrets.get(this.clientId);
  return known ? known.some((secret) => same(actual, secret.digest)) : alone.call(this, actual);
};

// ---- The admin route ------------------------------------------------------------------------------------------------

/** What is answered: a status and a body. */
async function administer(method, [, , client, what, id], query, body) {
  const known = secrets.get(client);
  if (!known) return [404, { error: 'no such client' }];
  const told = ({ id, name, created }) => ({ id, name, created });
  switch (`${method} ${what ?? ''}${id ? '/' : ''}`) {
    case 'GET secrets':
      return [200, { items: known.filter((one) => !query.get('name') || one.name === query.get('name')).map(told) }];
    case 'POST secrets': {
      if (known.length >= 2) return [409, { error: 'a client has two secrets at most' }];
      const secret = name(32);
      const one = { id: name(9), name: body.name, digest: digest(secret), created: new Date().toISOString() };
      known.push(one);
      return [201, { ...told(one), secret }];
    }
    case 'DELETE secrets/': {
      const place = known.findIndex((one) => one.id === id);
      if (place < 0) return [404, { error: 'no such secret' }];
      known.splice(place, 1);
      return [204];
    }
    case 'DELETE tokens': {
      const theirs = [...stored].filter(([at, token]) => at.startsWith('ClientCredentials:') && token.clientId === client);
      theirs.forEach(([at]) => stored.delete(at));
      return [204];
    }
    case 'DELETE ':
      secrets.delete(client);
      stored.delete(`Client:${client}`);
      return [204];
    default:
      return [404, { error: 'no such route' }];
  }
}

// ---- The API --------------------------------------------------------------------------------------------------------

/** What stands in a token that is still good: signed ones are read, others are asked about. */
async function claims(token) {
  if (token.split('.').length === 3) {
    const { payload } = await jwtVerify(token, keys, { issuer, audience: 'urn:orders' });
    return payload;
  }
  const found = await provider.ClientCredentials.find(token);
  if (!found?.isValid) throw new Error('not active');
  return { client_id: found.clientId, scope: found.scope, jti: found.jti, ...found.extra };
}

async function answer(method, segments, holder, body) {
  const scopes = (holder.scope ?? '').split(' ').filter(Boolean);
  const [, what, id] = segments;
  if (what === 'me' && method === 'GET') return [200, { client: holder.client_id, site: holder.site, scopes }];
  if (what !== 'orders' || !id) return [404, { error: 'no such route' }];
  const order = orders.get(id);
  if (!order || order.site !== holder.site) return [404, { error: 'no such order' }];
  const needed = method === 'GET' ? 'orders:read' : 'orders:write';
  if (!scopes.includes(needed)) return [403, { error: `it takes ${needed}` }];
  trail.push({ at: new Date().toISOString(), client: holder.client_id, method, order: id });
  if (method === 'PATCH') Object.assign(order, { status: body.status ?? order.status });
  return [200, order];
}

// ---- Both, behind HTTP ----------------------------------------------------------------------------------------------

async function read(request) {
  let text = '';
  for await (const part of request) {
    text += part;
    if (text.length > 65536) throw new Error('too long');
  }
  return text ? JSON.parse(text) : {};
}

/** Reads the request, and answers with what `handle` gives: a status and a body. */
async function handled(request, response, handle) {
  let given;
  try {
    const url = new URL(request.url, issuer);
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    given = await handle(request.method, url.pathname.split('/').map(decodeURIComponent), url.searchParams, token);
  } catch (error) {
    given = [400, { error: error.message }];
  }
  const [status, body] = given;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(body === undefined ? '' : JSON.stringify(body));
}

const oidc = provider.callback();
asked = (request, response) => {
  if (!request.url.startsWith('/admin/')) return oidc(request, response);
  return handled(request, response, async (method, segments, query, token) => {
    if (!same(token, digest(ADMIN))) return [401, { error: 'the admin token is wrong' }];
    if (segments[2] === 'trail') return [200, { items: trail.filter((one) => one.client === query.get('client')) }];
    if (segments[2] !== 'clients') return [404, { error: 'no such route' }];
    return administer(method, segments.slice(1), query, await read(request));
  });
};

const [, api] = await serve(Number(process.env.OIDC_API ?? 4001), (request, response) => (
  handled(request, response, async (method, segments, query, token) => {
    let holder;
    try {
      holder = await claims(token);
    } catch {
      return [401, { error: 'invalid_token' }];
    }
    return answer(method, segments, holder, await read(request));
  })));

console.log(JSON.stringify({ auth: issuer, api }));
