import { describe, expect, it } from 'vitest';

import type { FormField, Input } from './form';
import { read, readForm, typedOf, type Typed } from './typing';

const field = (input: Input, more: Partial<FormField> = {}): FormField => ({
  path: 'it',
  label: 'It',
  description: '',
  required: false,
  fixed: false,
  fallback: undefined,
  input,
  ...more,
});

const reading = (input: Input, typed: Typed, more: Partial<FormField> = {}): unknown => {
  const found = read(field(input, more), typed);
  return 'wrong' in found ? found.wrong : found.value;
};

describe('what was typed', () => {
  it('is a number within its bounds, or says what is wrong', () => {
    const input: Input = { type: 'number', minimum: 1, maximum: 10 };
    expect(reading(input, ' 7 ')).toBe(7);
    expect(reading(input, '')).toBeNull();
    expect(reading(input, '11')).toBe('11 is not within 1 to 10.');
    expect(reading(input, 'ten')).toBe("'ten' is no whole number.");
    expect(reading(input, '1.5')).toBe("'1.5' is no whole number.");
  });

  it('is text of its form', () => {
    const input: Input = { type: 'text', pattern: '^[a-z]+$', maxLength: 5 };
    expect(reading(input, 'prod')).toBe('prod');
    expect(reading(input, 'Prod')).toContain("'Prod' does not have the form");
    expect(reading(input, 'toolong')).toContain('7 characters');
    expect(reading({ type: 'text', pattern: '(' }, 'x')).toBe('x');
  });

  it('is a mapping whose keys are there, each once', () => {
    expect(
      reading({ type: 'map' }, [
        ['a', '1'],
        ['', ''],
      ]),
    ).toEqual({ a: '1' });
    expect(reading({ type: 'map' }, [['', '1']])).toBe("'1' has no key.");
    expect(
      reading({ type: 'map' }, [
        ['a', '1'],
        [' a', '2'],
      ]),
    ).toBe("'a' is given twice.");
  });

  it('is an object of JSON', () => {
    expect(reading({ type: 'json' }, '{"a": [1]}')).toEqual({ a: [1] });
    expect(reading({ type: 'json' }, '[1]')).toContain('no object');
    expect(reading({ type: 'json', list: true }, '{}')).toContain('no list');
    expect(reading({ type: 'json' }, '{')).toContain('This is no JSON');
  });

  it('is required where the schema says so; a placement may be empty', () => {
    expect(reading({ type: 'text' }, ' ', { required: true })).toBe('It is required.');
    expect(reading({ type: 'texts' }, [], { required: true })).toBe('It is required.');
    expect(reading({ type: 'placement' }, [], { required: true })).toEqual([]);
  });

  it('is a word, or a number of a list', () => {
    expect(reading({ type: 'choice', choices: [], numeric: false }, 'AWS')).toBe('AWS');
    expect(reading({ type: 'choice', choices: [], numeric: true }, '90')).toBe(90);
    expect(reading({ type: 'choice', choices: [], numeric: false }, '')).toBeNull();
  });
});

it('a form is read into an entity, with what is wrong at its place', () => {
  const fields = [
    field({ type: 'text' }, { path: 'name' }),
    field({ type: 'text' }, { path: 'configuration.url', required: true, label: 'URL' }),
    field({ type: 'number' }, { path: 'configuration.expectStatus' }),
    field({ type: 'map' }, { path: 'configuration.headers' }),
    field({ type: 'number' }, { path: 'retries' }),
  ];
  const typing = {
    name: 'smoke',
    'configuration.url': '',
    'configuration.expectStatus': '204',
    'configuration.headers': [] as [string, string][],
    retries: 'x',
  };
  expect(readForm(fields, typing)).toEqual({
    values: { name: 'smoke', configuration: { expectStatus: 204 } },
    wrong: { 'configuration.url': 'URL is required.', retries: "'x' is no whole number." },
  });
});

it('a value that is typed and read is the same', () => {
  const both: [Input, unknown][] = [
    [{ type: 'number' }, 5],
    [{ type: 'boolean' }, true],
    [{ type: 'texts' }, ['a', 'b']],
    [{ type: 'map' }, { a: 'b' }],
    [{ type: 'json' }, { a: { b: [1] } }],
    [{ type: 'json', list: true }, [{ name: 'dns', create: ['add-zone'] }]],
    [{ type: 'time' }, '2027-01-31T12:00:00Z'],
    [{ type: 'text' }, null],
  ];
  for (const [input, value] of both) expect(reading(input, typedOf(field(input), value))).toEqual(value);
});

it('the default stands in a field without a value', () => {
  expect(typedOf(field({ type: 'number' }, { fallback: 60 }), undefined)).toBe('60');
  expect(typedOf(field({ type: 'boolean' }, { fallback: true }), null)).toBe(true);
});
