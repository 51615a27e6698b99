import { afterEach, describe, expect, it, vi } from 'vitest';

import { inOrder, stageSpans, waveSpans } from './columns';
import { exampleCell, exampleColumn, exampleRow } from './example';
import { HEAD, moved } from './focus';
import { linesOf } from './lines';
import { readViews, withoutView, withView, writeViews } from './savedViews';
import { sayShown } from './shown';
import { stagesOf } from './stages';

const COLUMNS = inOrder([
  exampleColumn('prod', 2, 'us-east-1'),
  exampleColumn('prod', 1, 'eu-west-1'),
  exampleColumn('beta', 1, 'eu-west-1'),
  exampleColumn('prod', 2, 'ap-south-1'),
]);

describe('columns', () => {
  it('are in the order in which a revision reaches them', () => {
    expect(COLUMNS.map(({ name }) => name)).toEqual([
      'beta-eu-west-1',
      'prod-eu-west-1',
      'prod-ap-south-1',
      'prod-us-east-1',
    ]);
  });

  it('have a header for their stage and one for their wave, over all of them', () => {
    expect(stageSpans(COLUMNS)).toEqual([
      { name: 'beta', start: 0, count: 1, production: false },
      { name: 'prod', start: 1, count: 3, production: true },
    ]);
    expect(waveSpans(COLUMNS).map(({ name, count }) => [name, count])).toEqual([
      ['beta-1', 1],
      ['prod-1', 1],
      ['prod-2', 2],
    ]);
  });
});

describe('lines', () => {
  const rows = [
    exampleRow('b', [], { team: null, tier: 10 }),
    exampleRow('c', [], { team: 'shop', tier: 2 }),
    exampleRow('a', [], { team: 'shop', tier: null }),
  ];
  const said = (grouping: 'team' | 'tier' | 'none') =>
    linesOf(rows, grouping).map((line) =>
      line.kind === 'group' ? `${line.name}: ${line.services}` : line.service,
    );

  it('are services by name under their groups; those without come last', () => {
    expect(said('team')).toEqual(['shop: 2', 'a', 'c', 'No team: 1', 'b']);
    expect(said('tier')).toEqual(['Tier 2: 1', 'c', 'Tier 10: 1', 'b', 'No tier: 1', 'a']);
    expect(said('none')).toEqual(['a', 'b', 'c']);
  });
});

describe('the focus', () => {
  const field = { lines: [HEAD, 'a', 'b', 'c'], columns: [HEAD, 'x', 'y'], page: 2 };
  const from = { line: 'a', column: 'x' };

  it.each([
    ['ArrowDown', false, 'b', 'x'],
    ['ArrowUp', false, HEAD, 'x'],
    ['ArrowRight', false, 'a', 'y'],
    ['ArrowLeft', false, 'a', HEAD],
    ['Home', false, 'a', HEAD],
    ['End', false, 'a', 'y'],
    ['Home', true, HEAD, HEAD],
    ['End', true, 'c', 'y'],
    ['PageDown', false, 'c', 'x'],
    ['PageUp', false, HEAD, 'x'],
  ])('%s (control: %s) moves it to %j, %j', (key, control, line, column) => {
    expect(moved(field, from, key, control)).toEqual({ line, column });
  });

  it('stays at the edge, and where no such key is pressed', () => {
    expect(moved(field, { line: 'c', column: 'y' }, 'ArrowDown', false)).toEqual({ line: 'c', column: 'y' });
    expect(moved(field, from, 'a', false)).toBeUndefined();
  });

  it('begins at the header when its line is gone', () => {
    expect(moved(field, { line: 'gone', column: 'y' }, 'ArrowDown', false)).toEqual({
      line: 'a',
      column: 'y',
    });
  });
});

function keeping(localStorage: object): void {
  vi.stubGlobal('window', { localStorage });
}

afterEach(() => void vi.unstubAllGlobals());

describe('views that are kept', () => {
  it('are none where something else, or nothing, is kept', () => {
    const wrong = [
      '{',
      '7',
      '[{"name":1}]',
      '[{"name":"","search":""}]',
      '[{"name":"a","search":"/b"}]',
      null,
    ];
    for (const kept of wrong) {
      keeping({ getItem: () => kept });
      expect(readViews()).toEqual([]);
    }
  });

  it('are none where the browser does not even let itself be asked', () => {
    vi.stubGlobal('window', {
      get localStorage(): Storage {
        throw new Error('forbidden');
      },
    });
    expect(readViews()).toEqual([]);
    expect(writeViews([])).toBe(false);
  });

  it('have each name once', () => {
    keeping({ getItem: () => '[{"name":"a","search":"?x=1"},{"name":"a","search":""}]' });
    expect(readViews()).toEqual([{ name: 'a', search: '' }]);
  });

  it('replace one of the same name, and can be deleted', () => {
    const views = withView(withView([], { name: 'b', search: '' }), { name: 'a', search: '?x=1' });
    expect(withView(views, { name: 'b', search: '?y=1' })).toEqual([
      { name: 'a', search: '?x=1' },
      { name: 'b', search: '?y=1' },
    ]);
    expect(withoutView(views, 'a')).toEqual([{ name: 'b', search: '' }]);
  });

  it('are not lost in silence where the browser keeps nothing', () => {
    keeping({
      setItem: () => {
        throw new Error('full');
      },
    });
    expect(writeViews([])).toBe(false);
  });
});

it('what is hidden is said', () => {
  expect(sayShown([12, 340], [16, 16])).toBe('12 of 340 services and all 16 environments are shown');
  expect(sayShown([1, 1], [1, 3])).toBe('All 1 service and 1 of 3 environments are shown');
});

it('a phone sees a stage by its worst environment', () => {
  const row = exampleRow('a', [
    exampleCell('beta-eu-west-1'),
    exampleCell('prod-eu-west-1', { status: 'IN_PROGRESS', revision: 'ffffffff', commitsBehind: 1 }),
    exampleCell('prod-us-east-1', { deployedRevision: '11111111', status: 'FAILED' }),
  ]);
  expect(stagesOf(row, COLUMNS)).toEqual([
    {
      stage: 'beta',
      production: false,
      environments: 1,
      standing: 'resting',
      count: 1,
      behind: 0,
      there: '2a736a78',
    },
    {
      stage: 'prod',
      production: true,
      environments: 2,
      standing: 'failing',
      count: 1,
      behind: 1,
      there: '2 commits',
    },
  ]);
});
