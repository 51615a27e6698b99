import { describe, expect, test } from 'vitest';

import { at } from './examples';
import { failingOf, filtered, filterOf, type ListedService, parametersOf, type Row, rowOf } from './rows';

function run(status: string, rest: object = {}) {
  const listed = {
    executionId: 'a',
    kind: 'STANDARD',
    attempt: 1,
    revision: null,
    commitMessage: null,
    author: null,
  };
  return { ...listed, status, startedAt: at(0), endedAt: at(5), stages: { nodes: [] }, ...rest } as never;
}

function listed(name: string, executions: never[] | null, rest: object = {}): ListedService {
  const pipeline = {
    name,
    arn: `arn:${name}`,
    staleAt: null,
    executions: { nodes: executions ?? [] },
    running: { nodes: [] },
  };
  return {
    name,
    repository: `acme/${name}`,
    team: { name: 'shop' },
    pipelines: { nodes: executions === null ? [] : [{ ...pipeline, ...rest }] },
  } as ListedService;
}

describe('failing since', () => {
  test('is the first failure behind the last success', () => {
    const runs = [
      run('FAILED', { endedAt: at(30) }),
      run('FAILED', { endedAt: at(20) }),
      run('SUCCEEDED'),
      run('FAILED'),
    ];
    expect(failingOf(runs, true)).toEqual({ since: at(20), longer: false });
  });

  test('is not ended by what has not ended, was stopped or superseded, nor by a rollback', () => {
    const runs = [
      run('IN_PROGRESS'),
      run('SUPERSEDED'),
      run('STOPPED'),
      run('SUCCEEDED', { kind: 'ROLLBACK' }),
      run('FAILED', { endedAt: at(9) }),
      run('SUCCEEDED'),
    ];
    expect(failingOf(runs, true)).toEqual({ since: at(9), longer: false });
  });

  test('may be longer than what is known', () => {
    expect(failingOf([run('FAILED')], false)).toEqual({ since: at(5), longer: true });
    expect(failingOf([run('FAILED')], true)).toEqual({ since: at(5), longer: false });
  });

  test('is nothing after a success, or where nothing ran', () => {
    expect(failingOf([run('SUCCEEDED'), run('FAILED')], true).since).toBeNull();
    expect(failingOf([], true).since).toBeNull();
  });
});

describe('the line of a service', () => {
  test('says that there is no pipeline', () => {
    expect(rowOf(listed('orders', null))).toMatchObject({ state: 'none', arn: null, latest: null });
  });

  test('says which environment is before the execution that goes on', () => {
    const deployments = { nodes: [{ environment: { name: 'prod-eu-west-1' } }] };
    const running = { nodes: [{ executionId: 'a', deployments }] };
    expect(rowOf(listed('orders', [run('IN_PROGRESS')], { running }))).toMatchObject({
      state: 'running',
      ahead: 'prod-eu-west-1',
    });
  });

  test('has the latest execution that is no rollback', () => {
    const runs = [run('SUCCEEDED', { kind: 'ROLLBACK' }), run('FAILED', { executionId: 'b' })];
    expect(rowOf(listed('orders', runs))).toMatchObject({ latest: { executionId: 'b' }, state: 'failing' });
  });
});

describe('the filter', () => {
  const rows: Row[] = [
    rowOf(listed('orders', [run('FAILED', { commitMessage: 'Queue orders', author: 'Mary' })])),
    rowOf(listed('payments', [run('SUCCEEDED', { revision: 'c0ffee12' })], { staleAt: at(0) })),
    rowOf(listed('mail', null)),
  ];
  const names = (query: string): string[] =>
    filtered(rows, filterOf(new URLSearchParams(query))).map(({ service }) => service);

  test.each([
    ['', ['orders', 'payments', 'mail']],
    ['text=queue mary', ['orders']],
    ['text=C0FFEE', ['payments']],
    ['text=nothing like it', []],
    ['state=failing', ['orders']],
    ['state=stale', ['payments']],
    ['state=none', ['mail']],
    ['team=shop&state=idle', ['payments']],
    ['team=others', []],
  ])('finds by %j', (query, found) => {
    expect(names(query)).toEqual(found);
  });

  test('is in the address, without what filters nothing', () => {
    const filter = { text: 'a b', team: '', state: 'failing' };
    expect(parametersOf(filter)).toEqual({ text: 'a b', state: 'failing' });
    expect(filterOf(new URLSearchParams(parametersOf(filter)))).toEqual(filter);
  });
});
