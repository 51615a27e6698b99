import { expect, test } from 'vitest';

import { askedPage, pagesBeside } from './paging';

const page = { hasNextPage: false, hasPreviousPage: true, startCursor: 's', endCursor: 'e' };
const address = (text: string) => new URLSearchParams(text);

test('without a cursor the newest runs are asked for, which are the last', () => {
  expect(askedPage(address(''))).toEqual({ last: 25 });
  expect(askedPage(address('before=c'))).toEqual({ last: 25, before: 'c' });
  expect(askedPage(address('after=c'))).toEqual({ first: 25, after: 'c' });
});

test('the newest page has only older ones beside it', () => {
  expect(pagesBeside(address(''), page)).toEqual({
    older: { before: 's', after: undefined },
    newer: undefined,
  });
  expect(pagesBeside(address(''), { ...page, hasPreviousPage: false })).toEqual({
    older: undefined,
    newer: undefined,
  });
});

test('an older page leads to both sides', () => {
  expect(pagesBeside(address('before=c'), page)).toEqual({
    older: { before: 's', after: undefined },
    newer: { after: 'e', before: undefined },
  });
  expect(pagesBeside(address('after=c'), page).newer).toBeUndefined();
});
