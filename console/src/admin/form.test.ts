import { describe, expect, it } from 'vitest';

import { type EntitySchema, fieldsOf, labelOf } from './form';

const name = { type: 'string', pattern: '^[a-z]+$', maxLength: 50 };

const wave: EntitySchema = {
  required: ['name'],
  properties: {
    name,
    bakeMinutes: { type: 'integer', description: 'How long.', minimum: 0, maximum: 10080 },
    requiresDrill: { type: 'boolean', default: false },
    environments: { type: 'array' },
  },
};

const check: EntitySchema = {
  required: ['name', 'kind'],
  properties: {
    name,
    kind: { type: 'string', enum: ['HTTP', 'DRILL'] },
    configuration: { type: 'object', default: {} },
    stage: { type: 'string' },
    services: { type: 'array', items: { type: 'string' } },
  },
  allOf: [
    {
      if: { properties: { kind: { const: 'HTTP' } } },
      // oxlint-disable-next-line unicorn/no-thenable -- JSON Schema's word
      then: {
        properties: {
          configuration: {
            required: ['url'],
            properties: {
              url: { type: 'string' },
              service: { type: 'string' },
              expectStatus: { type: 'integer', default: 200 },
              headers: { type: 'object', additionalProperties: { type: 'string' } },
              payload: { type: 'object' },
            },
          },
        },
      },
    },
  ],
};

const freeze: EntitySchema = {
  required: ['name', 'scope'],
  properties: {
    name,
    scope: { type: 'string', enum: ['ORGANISATION', 'STAGE'] },
    target: { type: 'string' },
  },
};

const paths = (schema: EntitySchema, kind: 'wave' | 'check' | 'freeze', chosen = {}): string[] =>
  fieldsOf(schema, kind, {}, chosen).map(({ path }) => path);

describe('the fields of a form', () => {
  it('are those of the schema, with what its place in a document says, and without what has a form of its own', () => {
    expect(paths(wave, 'wave')).toEqual(['name', 'stage', 'bakeMinutes', 'requiresDrill']);
  });

  it('are filled in as their types ask for, within their bounds', () => {
    const [key, stage, bake, drill] = fieldsOf(wave, 'wave', {}, {});
    expect(key).toMatchObject({ required: true, fixed: true, input: { type: 'text', maxLength: 50 } });
    expect(stage).toMatchObject({ required: true, input: { type: 'reference', kind: 'stage' } });
    expect(bake).toMatchObject({
      label: 'Bake minutes',
      description: 'How long.',
      input: { type: 'number', minimum: 0, maximum: 10080 },
    });
    expect(drill).toMatchObject({ fallback: false, input: { type: 'boolean' } });
  });

  it('say what each word means', () => {
    const words = {
      kind: { description: '', choices: [{ value: 'HTTP', sentence: 'Requests an address.' }] },
    };
    const kind = fieldsOf(check, 'check', words, {}).find(({ path }) => path === 'kind');
    expect(kind?.input).toEqual({
      type: 'choice',
      numeric: false,
      choices: [{ value: 'HTTP', sentence: 'Requests an address.' }, { value: 'DRILL' }],
    });
  });

  it('have the configuration of the kind that is chosen', () => {
    expect(paths(check, 'check')).toEqual(['name', 'kind', 'stage', 'services']);
    const fields = fieldsOf(check, 'check', {}, { kind: 'HTTP' });
    const inner = fields.filter(({ path }) => path.startsWith('configuration.'));
    expect(inner.map(({ path, input, required }) => [path, input.type, required])).toEqual([
      ['configuration.url', 'text', true],
      ['configuration.service', 'text', false],
      ['configuration.expectStatus', 'number', false],
      ['configuration.headers', 'map', false],
      ['configuration.payload', 'json', false],
    ]);
  });

  it("let a freeze's target be one of its scope", () => {
    expect(paths(freeze, 'freeze', { scope: 'ORGANISATION' })).toEqual(['name', 'scope']);
    const target = fieldsOf(freeze, 'freeze', {}, { scope: 'STAGE' }).at(-1);
    expect(target).toMatchObject({
      path: 'target',
      required: true,
      input: { type: 'reference', kind: 'stage' },
    });
  });
});

it('a label is the name as people write it', () => {
  expect(labelOf('bakeMinutes')).toBe('Bake minutes');
  expect(labelOf('awsId')).toBe('AWS ID');
  expect(labelOf('connectionArn')).toBe('Connection ARN');
});
