/** What somebody looks for, as it was understood. */
export type Search =
  | { kind: 'nothing' }
  | { kind: 'commit' | 'tag' | 'pull request'; text: string }
  | { kind: 'wrong'; text: string; why: string };

const ADDRESS = /^((https?:)?\/\/|(www\.)?github\.[a-z.]+\/)/i;
const OF_GITHUB = /^[^/]+\/[^/]+\/(commit|pull|releases\/tag)\/[^/]+/;
const KINDS: Record<string, 'commit' | 'pull request'> = { commit: 'commit', pull: 'pull request' };
const LEAST_DIGITS = 4;
const LONGEST = 2_048;

function address(text: string): Search {
  const path = text.replace(/^(https?:)?\/\//i, '').replace(/^[^/]*\//, '');
  const found = OF_GITHUB.exec(path)?.[1];
  if (found === undefined) {
    return {
      kind: 'wrong',
      text,
      why: 'Of addresses, that of a commit, a pull request or a release on GitHub is understood, such as https://github.com/acme/payments/pull/123.',
    };
  }
  return { kind: KINDS[found] ?? 'tag', text };
}

/** Reads what was typed or pasted, before the service is asked. */
export function understand(typed: string): Search {
  const text = typed.trim();
  if (text === '') return { kind: 'nothing' };
  if (text.length > LONGEST) {
    return {
      kind: 'wrong',
      text,
      why: `This has ${text.length} characters; paste one commit, tag or address.`,
    };
  }
  if (/\s/.test(text)) {
    return {
      kind: 'wrong',
      text,
      why: 'Messages are not searched: paste one commit, tag, number or address.',
    };
  }
  if (ADDRESS.test(text)) return address(text);
  if (text.startsWith('#')) {
    if (/^#[1-9]\d*$/.test(text)) return { kind: 'pull request', text };
    return { kind: 'wrong', text, why: 'A pull request is # and its number, such as #123.' };
  }
  if (/^[0-9a-f]+$/i.test(text) && text.length < LEAST_DIGITS) {
    return {
      kind: 'wrong',
      text,
      why: `Give at least ${LEAST_DIGITS} digits of the commit; or # and the number of a pull request.`,
    };
  }
  return { kind: /^[0-9a-f]{4,64}$/i.test(text) ? 'commit' : 'tag', text };
}
