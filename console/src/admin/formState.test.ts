import { describe, expect, it } from 'vitest';

import type { Entities } from './entities';
import type { EntitySchema } from './form';
import { formState, merged, operationOf, type Subject, typed } from './formState';
import { readForm } from './typing';

const schema: EntitySchema = {
  required: ['name'],
  properties: {
    name: { type: 'string' },
    bakeMinutes: { type: 'integer', minimum: 0, maximum: 10080 },
    oneBoxPercent: { type: 'integer', minimum: 0, maximum: 10 },
  },
};

const entities = {
  wave: [
    { name: 'prod-1', stage: 'prod', position: 1 },
    { name: 'beta-1', stage: 'beta', position: 7 },
  ],
} as unknown as Entities;

const row = (version: number, bakeMinutes: number, oneBoxPercent = 10) => ({
  name: 'prod-1',
  stage: { name: 'prod' },
  bakeMinutes,
  oneBoxPercent,
  version,
  archivedAt: null,
});

const subject = (more: Partial<Subject> = {}): Subject => ({
  kind: 'wave',
  name: 'prod-1',
  schema,
  words: {},
  current: row(3, 720),
  begun: {},
  ...more,
});

const operation = (about: Subject, state: ReturnType<typeof formState>) =>
  operationOf(about, state, readForm(state.fields, state.typing), entities);

describe('a form', () => {
  it('shows what is, until something is typed', () => {
    const state = formState(subject(), undefined);
    expect(state).toMatchObject({ unsaved: false, conflict: undefined, version: 3 });
    expect(state.typing).toMatchObject({ name: 'prod-1', stage: 'prod', bakeMinutes: '720' });
    expect(operation(subject(), state)).toBeUndefined();
  });

  it('saves what was typed, from the version that was read', () => {
    const draft = typed(subject(), formState(subject(), undefined), 'bakeMinutes', '60');
    const state = formState(subject(), draft);
    expect(state.unsaved).toBe(true);
    expect(operation(subject(), state)).toEqual({
      updateWave: { name: 'prod-1', bakeMinutes: 60, expectedVersion: 3 },
    });
  });

  it('keeps what is wrong as it was typed', () => {
    const draft = typed(subject(), formState(subject(), undefined), 'bakeMinutes', '12x');
    const state = formState(subject(), draft);
    expect(state.typing['bakeMinutes']).toBe('12x');
    expect(readForm(state.fields, state.typing).wrong).toHaveProperty('bakeMinutes');
  });

  it('of a new wave, or one that changes stages, puts it behind the others', () => {
    const blank = subject({ current: null, name: undefined, begun: { stage: 'beta' } });
    const draft = typed(blank, formState(blank, undefined), 'name', 'beta-2');
    expect(operation(blank, formState(blank, draft))).toEqual({
      registerWave: { name: 'beta-2', stage: 'beta', position: 8 },
    });
    const moved = typed(subject(), formState(subject(), undefined), 'stage', 'beta');
    expect(operation(subject(), formState(subject(), moved))).toMatchObject({
      updateWave: { stage: 'beta', position: 8 },
    });
  });

  it('brings back what was archived', () => {
    const archived = subject({ current: { ...row(3, 720), archivedAt: '2026-11-30T09:00:00Z' } });
    expect(operation(archived, formState(archived, undefined))).toHaveProperty('registerWave.name', 'prod-1');
  });
});

describe('an edit that somebody overtook', () => {
  const draft = typed(subject(), formState(subject(), undefined), 'bakeMinutes', '60');
  const later = subject({ current: row(4, 300, 5) });

  it('says what both changed, and what only they did', () => {
    const { conflict } = formState(later, draft);
    expect(conflict?.conflicts).toEqual([{ field: 'bakeMinutes', base: 720, theirs: 300, yours: 60 }]);
    expect(conflict?.taken).toMatchObject([{ field: 'oneBoxPercent', theirs: 5 }]);
  });

  it('goes on from theirs, with the fields that were typed', () => {
    const state = formState(later, merged(later, formState(later, draft), new Set()));
    expect(state).toMatchObject({ conflict: undefined, unsaved: true, version: 4 });
    expect(operation(later, state)).toEqual({
      updateWave: { name: 'prod-1', bakeMinutes: 60, expectedVersion: 4 },
    });
  });

  it('is none any more where theirs is taken', () => {
    const state = formState(later, merged(later, formState(later, draft), new Set(['bakeMinutes'])));
    expect(state).toMatchObject({ conflict: undefined, unsaved: false });
    expect(state.typing['bakeMinutes']).toBe('300');
  });
});
