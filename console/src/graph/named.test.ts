import { readdirSync, readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { documentIds } from './documentIds.generated';
import { named } from './named';

const KNOWN = JSON.parse(
  readFileSync(new URL('../../../graph/documents/known.json', import.meta.url), 'utf8'),
) as Record<string, string>;
const SOURCES = new URL('../', import.meta.url);
const BODY = JSON.stringify({ operationName: 'Head', query: 'query Head { logHead }', variables: {} });

function answering(...answers: Response[]): { asked: string[]; fetcher: typeof fetch } {
  const asked: string[] = [];
  return {
    asked,
    fetcher: (_, init) => {
      asked.push(init?.body as string);
      return Promise.resolve(answers.shift()!);
    },
  };
}

test('the service knows every operation of the console by the name that the console gives it', () => {
  const asked = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.graphql') && !name.startsWith('documents'))
    .flatMap((name) => [
      ...readFileSync(new URL(name, SOURCES), 'utf8').matchAll(/^(?:query|mutation|subscription) (\w+)/gm),
    ])
    .map((match) => match[1]!);
  const once = asked.filter((operation) => asked.indexOf(operation) === asked.lastIndexOf(operation));
  expect(once.length).toBeGreaterThan(30);
  expect(Object.keys(documentIds).sort()).toEqual(once.sort());
  for (const operation of once) expect(KNOWN[documentIds[operation]!]).toContain(` ${operation}`);
});

test('a document is named instead of sent', async () => {
  const { asked, fetcher } = answering(new Response('{"data":{}}'));
  await named(fetcher, { Head: 'sha256:00' })('/graphql', { method: 'POST', body: BODY });
  expect(asked).toEqual(['{"operationName":"Head","variables":{},"documentId":"sha256:00"}']);
});

test('a service of another release is sent it', async () => {
  const refused = { errors: [{ message: 'no', extensions: { code: 'DOCUMENT_NOT_FOUND' } }] };
  const { asked, fetcher } = answering(Response.json(refused, { status: 400 }), new Response('{"data":{}}'));
  const answer = await named(fetcher, { Head: 'sha256:00' })('/graphql', { method: 'POST', body: BODY });
  expect([answer.status, asked[1]]).toEqual([200, BODY]);
});

test('other refusals, and what has no name, are passed on as they are', async () => {
  const { asked, fetcher } = answering(
    Response.json({ errors: [{ message: 'Nothing of that.' }] }, { status: 400 }),
    new Response('{}'),
  );
  expect((await named(fetcher, { Head: 'sha256:00' })('/graphql', { body: BODY })).status).toBe(400);
  await named(fetcher, {})('/graphql', { body: BODY });
  expect([asked.length, asked[1]]).toEqual([2, BODY]);
});
