import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { type Channel, Login } from './login';

/** A browser's tabs, without the browser. */
class Tabs {
  said: string[] = [];
  private hear: ((event: MessageEvent<unknown>) => void) | undefined;

  readonly channel: Channel = {
    postMessage: (said) => void this.said.push(said),
    addEventListener: (_, listener) => void (this.hear = listener),
  };

  tells(said: string): void {
    this.hear?.({ data: said } as MessageEvent<unknown>);
  }
}

const refusal = (status: number, code: string, message: string, remedy = '') =>
  Response.json({ errors: [{ message, extensions: { code, remedy } }] }, { status });
const OUT = refusal(401, 'UNAUTHENTICATED', 'You have signed out.', 'Sign in again.');
const GOOD = Response.json({ data: {} });

let tabs: Tabs;
let login: Login;

async function answered(answer: Response): Promise<Response> {
  return await login.watched(() => Promise.resolve(answer.clone()))('/graphql');
}

beforeEach(() => {
  tabs = new Tabs();
  login = new Login(tabs.channel);
  vi.stubGlobal(
    'fetch',
    vi.fn(() => Promise.resolve(Response.json({ login: '/login' }))),
  );
});
afterEach(() => void vi.unstubAllGlobals());

test('who was never known is told where to sign in; the answer is passed on whole', async () => {
  const answer = await answered(OUT);
  expect(await answer.json()).toMatchObject({ errors: [{ message: 'You have signed out.' }] });
  expect(login.standing).toEqual({
    kind: 'out',
    before: false,
    sentence: 'You have signed out.',
    remedy: 'Sign in again.',
  });
  await vi.waitFor(() => expect(login.page).toBe('/login'));
  await answered(OUT);
  expect(fetch).toHaveBeenCalledOnce();
});

test('who was known before keeps their page', async () => {
  await answered(GOOD);
  login.closed({ code: 4403, reason: 'session ended' });
  expect(login.standing.kind).toBe('in');
  login.closed({ code: 4401, reason: 'You have signed out.' });
  expect(login.standing).toMatchObject({ kind: 'out', before: true, sentence: 'You have signed out.' });
});

test('somebody without a role is told apart from a page of another origin', async () => {
  await answered(refusal(403, 'ORIGIN_REFUSED', 'Pages of this origin may not ask here.'));
  expect(login.standing.kind).toBe('unknown');
  await answered(refusal(403, 'FORBIDDEN', 'ada has no role here.', 'Ask.'));
  expect(login.standing).toMatchObject({ kind: 'nobody', sentence: 'ada has no role here.', remedy: 'Ask.' });
});

test('a service that is away says nothing about who asks', async () => {
  await answered(GOOD);
  await answered(new Response(null, { status: 503 }));
  expect(login.standing.kind).toBe('in');
});

test('the tabs of a browser tell each other, and each asks the service itself', async () => {
  const ask = vi.fn();
  const leave = login.onNews(ask);
  await answered(GOOD);
  tabs.tells('in');
  expect(ask).not.toHaveBeenCalled();
  tabs.tells('out');
  expect(ask).toHaveBeenCalledOnce();
  await answered(OUT);
  tabs.tells('in');
  expect(ask).toHaveBeenCalledTimes(2);
  await answered(GOOD);
  expect(tabs.said).toEqual(['in']);
  leave();
  tabs.tells('out');
  expect(ask).toHaveBeenCalledTimes(2);
});

test('signing out tells the other tabs, and where to go on', async () => {
  vi.stubGlobal(
    'fetch',
    vi.fn(() => Promise.resolve(Response.json({ location: 'https://sso.example.com/bye' }))),
  );
  expect(await login.signOut(true)).toBe('https://sso.example.com/bye');
  expect(fetch).toHaveBeenCalledWith('/logout', expect.objectContaining({ body: '{"everywhere":true}' }));
  expect(tabs.said).toEqual(['out']);
  vi.stubGlobal(
    'fetch',
    vi.fn(() => Promise.resolve(new Response(null, { status: 503 }))),
  );
  await expect(login.signOut(false)).rejects.toThrow('HTTP 503');
});
