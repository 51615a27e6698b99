import { expect, it } from 'vitest';

import { lasting, readSource, yamlOf } from './source';

const TEXT = `stages:
  - name: prod
    waves:
      - name: prod-1
        bakeMinutes: 20000
`;

it('a file is read with the line of everything in it', () => {
  const { document, lineOf } = readSource(TEXT);
  expect(document).toEqual({ stages: [{ name: 'prod', waves: [{ name: 'prod-1', bakeMinutes: 20000 }] }] });
  expect(lineOf(['document', 'stages', '0', 'waves', '0', 'bakeMinutes'])).toBe(5);
  expect(lineOf(['stages', '0', 'waves', '0', 'gone'])).toBe(4);
  expect(lineOf(['teams'])).toBeUndefined();
});

it('JSON is read as well', () => {
  expect(readSource('{"teams": [{"name": "money"}]}').document).toEqual({ teams: [{ name: 'money' }] });
});

it('what cannot be read says why, and on which line', () => {
  expect(readSource('a: 1\nb: [').wrong[0]?.line).toBe(2);
  expect(readSource('a: 1\na: 2').wrong[0]).toMatchObject({ line: 2 });
  expect(readSource('just text').wrong[0]?.message).toContain('no configuration');
  expect(readSource('  ').wrong).toHaveLength(1);
});

it('what is exported is read again, without what ends by itself', () => {
  const document = {
    stages: [
      {
        name: 'beta',
        waves: [{ name: 'beta-1', environments: [{ name: 'b' }, { name: 't', kind: 'TEST' }] }],
      },
    ],
    holds: [{ name: 'h' }],
    freezes: [{ name: 'f' }],
  };
  const kept = lasting(document);
  expect(kept).toEqual({
    stages: [{ name: 'beta', waves: [{ name: 'beta-1', environments: [{ name: 'b' }] }] }],
  });
  expect(readSource(yamlOf(kept, 3, null)).document).toEqual(kept);
});
