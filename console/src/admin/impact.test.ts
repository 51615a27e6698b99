import { expect, it } from 'vitest';

import { dangersOf, minutesSaid, type PipelineImpact, sentencesOf, summaryOf, timeSaid } from './impact';

const impact: PipelineImpact = {
  service: 'payments',
  added: ['prod-eu'],
  removed: ['prod-sa'],
  moved: [{ environment: 'prod-us', before: 'prod-2', after: 'prod-3' }],
  settings: ['waves.prod-1.bakeMinutes'],
  exceeds: [{ limit: 'stages', count: 51, most: 50, remedy: 'Have fewer waves.' }],
  pipelines: 2,
  losesNativeRollback: true,
  minutesBefore: 1770,
  minutesAfter: 2490,
};

it('a time is said in its two largest units', () => {
  expect(minutesSaid(2490)).toBe('1 d 17 h');
  expect(minutesSaid(45)).toBe('45 min');
  expect(minutesSaid(null)).toBe('never');
  expect(timeSaid(impact)).toBe('1 d 5 h → 1 d 17 h');
  expect(timeSaid({ ...impact, minutesAfter: 1770 })).toBe('1 d 5 h, as before');
});

it('what becomes of a pipeline is said in sentences, and what is dangerous apart', () => {
  expect(sentencesOf(impact)).toEqual([
    'Gains prod-eu.',
    'Loses prod-sa: what runs there stays as it is.',
    'prod-us moves from prod-2 to prod-3.',
    'Other settings: waves.prod-1.bakeMinutes.',
  ]);
  expect(dangersOf(impact)).toHaveLength(3);
  expect(dangersOf({ ...impact, exceeds: [], pipelines: 1, losesNativeRollback: false })).toEqual([]);
});

it('a change is summed up', () => {
  const none = { baseChange: 1, warnings: [], lowered: [], errors: [] };
  const entry = { operation: 'UPDATE' as const, kind: 'wave', name: 'prod-1', fields: [] };
  expect(summaryOf({ ...none, entries: [entry], pipelines: [impact] })).toBe(
    '1 entity differs; 1 pipeline would have another plan.',
  );
  expect(summaryOf({ ...none, entries: [entry, entry], pipelines: [] })).toBe(
    '2 entities differ; no pipeline would have another plan.',
  );
});
