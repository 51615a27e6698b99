// A real OpenID provider on loopback, for tests: code + PKCE, refresh, device flow, revocation, logout.
// argv: {"redirect": …, "home": …} of the service. It prints its issuer once it listens. `POST /test` changes what it
// knows and does: {"left": true} its person has left; {"groups": […]}; {"failing": true} every answer is 500.
import { createServer } from 'node:http';

import Provider from 'oidc-provider';

const { redirect, home } = JSON.parse(process.argv[2]);
const known = { left: false, failing: false, groups: ['staff', 'platform-admins'], granted: [] };

const common = { response_types: ['code'], scope: 'openid profile email offline_access' };
const configuration = {
  clients: [
    {
      ...common,
      client_id: 'interlock-console',
      client_secret: 'a secret: of 100 % + more',
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: [redirect],
      post_logout_redirect_uris: [home],
    },
    {
      ...common,
      client_id: 'interlock',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
      redirect_uris: ['http://127.0.0.1/callback'],
    },
  ],
  findAccount: (_, accountId) =>
    known.left
      ? undefined
      : {
          accountId,
          claims: () => ({
            sub: accountId,
            email: `${accountId}@example.com`,
            email_verified: true,
            groups: known.groups,
          }),
        },
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['groups'] },
  conformIdTokenClaims: false,
  cookies: { keys: ['a key of tests'] },
  features: {
    devInteractions: { enabled: true },
    deviceFlow: { enabled: true },
    revocation: { enabled: true },
  },
  issueRefreshToken: (_, client) => client.grantTypeAllowed('refresh_token'),
  rotateRefreshToken: true,
  pkce: { required: () => true },
};

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, configuration);
  provider.on('grant.success', (ctx) => known.granted.push(ctx.oidc.params.grant_type));
  provider.on('grant.error', (ctx, error) => known.granted.push(error.message));
  provider.on('server_error', (_, error) => console.error(error));
  const answer = provider.callback();
  server.on('request', (request, response) => {
    if (request.url !== '/test') {
      if (!known.failing) return answer(request, response);
      response.writeHead(500).end();
      return undefined;
    }
    let body = '';
    request.on('data', (some) => (body += some));
    request.on('end', () => {
      Object.assign(known, JSON.parse(body));
      response.setHeader('content-type', 'application/json').end(JSON.stringify(known));
    });
    return undefined;
  });
  console.log(issuer);
});
