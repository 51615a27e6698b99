import { expect, test } from 'vitest';

import { queryCommand, word } from './terminal';

test('a name stays as it is, and anything else one word', () => {
  expect(word('prod-us-east-1')).toBe('prod-us-east-1');
  expect(word('x; rm -rf $HOME')).toBe("'x; rm -rf $HOME'");
  expect(word("it's")).toBe(String.raw`'it'\''s'`);
  expect(word('')).toBe("''");
});

test('a question is one word too', () => {
  expect(queryCommand('{ stages { nodes { name } } }')).toBe(
    "interlock query '{ stages { nodes { name } } }'",
  );
});
