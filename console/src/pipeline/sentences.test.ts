import { describe, expect, test } from 'vitest';

import type { Why } from './blockers';
import { execution } from './examples';
import { capital } from '../parts/capital';
import { accuracySaid, sentenceOf } from './sentences';

const WHY = { executionId: 'a', sentence: 'wave 2 of prod: prod-1 has not passed' } as Why;

describe('the sentence of an execution', () => {
  test('is the service’s own, where that is about it', () => {
    expect(sentenceOf(execution('a', []), WHY)).toBe('Wave 2 of prod: prod-1 has not passed.');
  });

  test('is how it ended, where the service speaks of another, or it has ended', () => {
    expect(sentenceOf(execution('b', []), WHY)).toBe('It goes on.');
    expect(sentenceOf(execution('a', [], { status: 'SUPERSEDED' }), WHY)).toMatch(/newer execution/);
    expect(sentenceOf(execution('a', [], { status: 'SUCCEEDED', kind: 'ROLLBACK' }), null)).toMatch(
      /earlier revision/,
    );
  });
});

test('a sentence begins with a capital, unless it begins with a name', () => {
  expect(capital('the window office opens')).toBe('The window office opens.');
  expect(capital('prod-us-east-1 was rolled back')).toBe('prod-us-east-1 was rolled back.');
  expect(capital('It waits.')).toBe('It waits.');
});

test('how right forecasts were is said in shares', () => {
  expect(accuracySaid(null)).toMatch(/^None/);
  expect(accuracySaid({ forecasts: 40, withinTenth: 0.5, withinHour: 0.756 })).toBe(
    'Of its last 40 forecasts, 76 % were off by an hour at most, 50 % by a tenth of the time ahead.',
  );
});
