import { describe, expect, it } from 'vitest';

import {
  asVariable,
  BEGINNING,
  cellKey,
  fleetReducer,
  type FleetRow,
  type FleetState,
  MARKED,
  MOST_NAMED,
  touchedBy,
  touchedByAll,
} from './fleetState';

function row(service: string, version: number): FleetRow {
  return {
    service,
    team: 'shop',
    tier: 1,
    repository: `acme/${service}`,
    pipelineArn: null,
    cells: [
      {
        environment: 'prod-eu-west-1',
        deploymentId: `${service}-${version}`,
        status: 'SUCCEEDED',
        revision: String(version),
        tag: null,
        changedAt: null,
        deployedRevision: String(version),
        deployedTag: null,
        deployedAt: null,
        commitsBehind: 0,
      },
    ],
  };
}

function after(...rows: FleetRow[]): FleetState {
  return fleetReducer(fleetReducer(BEGINNING, { type: 'asked' }), { type: 'answered', rows, at: 0 });
}

function look(state: FleetState, rows: FleetRow[], at = 1): FleetState {
  return fleetReducer(fleetReducer(state, { type: 'asked' }), { type: 'answered', rows, at });
}

describe('what is asked for', () => {
  it('is all at first', () => {
    expect(asVariable(BEGINNING.touched)).toBeNull();
  });

  it('is what was touched, by name and in order', () => {
    const state = [['b'], ['a', 'b']].reduce(
      (before, names) => fleetReducer(before, { type: 'touched', services: new Set(names) }),
      after(),
    );
    expect(asVariable(state.touched)).toEqual(['a', 'b']);
  });

  it('is all when the list would be long', () => {
    const names = Array.from({ length: MOST_NAMED + 1 }, (_, number) => `service-${number}`);
    expect(fleetReducer(after(), { type: 'touched', services: new Set(names) }).touched).toBe('all');
  });

  it('is all after a look that failed, and what was known stays', () => {
    const problem = { kind: 'failed', sentence: '', remedy: '', detail: undefined } as const;
    const known = after(row('a', 1));
    const state = fleetReducer(fleetReducer(known, { type: 'asked' }), { type: 'failed', problem });
    expect(state.touched).toBe('all');
    expect(state.shown).toMatchObject({ rows: known.shown.rows, problem });
  });
});

describe('an answer', () => {
  it('replaces the rows that were asked for, and removes those that are no more', () => {
    const touched = fleetReducer(after(row('a', 1), row('b', 1), row('c', 1)), {
      type: 'touched',
      services: new Set(['a', 'b']),
    });
    const { rows } = look(touched, [row('a', 2)]).shown;
    expect([...rows!.values()]).toEqual([row('c', 1), row('a', 2)]);
  });

  it('leaves the object of a row that is the same', () => {
    const before = after(row('a', 1), row('b', 1));
    const all = fleetReducer(before, { type: 'touched', services: 'all' });
    const { rows } = look(all, [row('a', 1), row('b', 2)]).shown;
    expect(rows!.get('a')).toBe(before.shown.rows!.get('a'));
    expect(rows!.get('b')).not.toBe(before.shown.rows!.get('b'));
  });

  it('marks the cells that became other, and not those that are seen for the first time', () => {
    const all = fleetReducer(after(row('a', 1)), { type: 'touched', services: 'all' });
    const { changed } = look(all, [row('a', 2), row('b', 1)], 7).shown;
    expect([...changed]).toEqual([[cellKey('a', 'prod-eu-west-1'), 7]]);
  });

  it('forgets marks whose time is over', () => {
    const once = look(
      fleetReducer(after(row('a', 1)), { type: 'touched', services: 'all' }),
      [row('a', 2)],
      1,
    );
    const twice = fleetReducer(once, { type: 'touched', services: new Set(['b']) });
    expect(look(twice, [row('b', 1)], 1 + MARKED).shown.changed.size).toBe(0);
  });
});

describe('an event', () => {
  it('touches its own service alone', () => {
    expect(touchedBy({ type: 'deployment.changed', payload: { service: 'a' } })).toEqual(new Set(['a']));
    expect(touchedBy({ type: 'service.updated', payload: { name: 'a' } })).toEqual(new Set(['a']));
  });

  it('touches all when environments are others', () => {
    expect(touchedBy({ type: 'wave.updated', payload: { name: 'prod-1' } })).toBe('all');
  });

  it('touches nothing when no row shows what it is about', () => {
    const batch = [
      { type: 'action.changed', payload: { service: 'a' } },
      { type: 'deployment.changed', payload: { service: null } },
    ];
    expect(touchedByAll(batch)).toBeUndefined();
  });

  it('draws nothing anew', () => {
    const before = after(row('a', 1));
    expect(fleetReducer(before, { type: 'touched', services: new Set(['a']) }).shown).toBe(before.shown);
  });
});

/** Numbers from a seed: each run is the same, and its seed is in the failure. */
function chances(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A service and a page beside it: changes, events on their way, looks that are answered, that fail, and losses. */
class World {
  readonly fleet = new Map<string, number>();
  private readonly onTheirWay: string[] = [];
  private answer: FleetRow[] | undefined;
  state = BEGINNING;

  constructor(private readonly chance: (below: number) => number) {}

  rows(services: readonly string[] | null = null): FleetRow[] {
    return [...this.fleet]
      .filter(([name]) => services === null || services.includes(name))
      .map(([name, version]) => row(name, version))
      .sort((one, other) => one.service.localeCompare(other.service));
  }

  change(): void {
    const name = `service-${this.chance(6)}`;
    if (this.chance(5) === 0) this.fleet.delete(name);
    else this.fleet.set(name, (this.fleet.get(name) ?? 0) + 1);
    this.onTheirWay.push(name);
  }

  deliver(): void {
    const batch = this.onTheirWay.splice(0, 1 + this.chance(3));
    const services = touchedByAll(
      batch.map((service) => ({ type: 'deployment.changed', payload: { service } })),
    );
    if (services !== undefined) this.state = fleetReducer(this.state, { type: 'touched', services });
  }

  lose(): void {
    this.onTheirWay.length = 0;
    this.state = fleetReducer(this.state, { type: 'touched', services: 'all' });
  }

  ask(): void {
    if (this.state.looking !== undefined) return;
    this.state = fleetReducer(this.state, { type: 'asked' });
    this.answer = undefined;
  }

  read(): void {
    if (this.state.looking !== undefined) this.answer ??= this.rows(asVariable(this.state.looking));
  }

  end(): void {
    if (this.state.looking === undefined) return;
    const problem = { kind: 'unreachable', sentence: '', remedy: '', detail: undefined } as const;
    this.read();
    this.state = fleetReducer(
      this.state,
      this.chance(4) === 0
        ? { type: 'failed', problem }
        : { type: 'answered', rows: this.answer ?? [], at: 0 },
    );
  }

  step(): void {
    const steps = [this.change, this.change, this.deliver, this.ask, this.read, this.end, this.lose];
    steps[this.chance(this.chance(4) === 0 ? 7 : 6)]!.call(this);
  }

  settle(): void {
    while (this.onTheirWay.length > 0) this.deliver();
    while (this.state.looking !== undefined || this.state.touched === 'all' || this.state.touched.size > 0) {
      this.ask();
      this.end();
    }
  }
}

describe('whatever the order of events and looks', () => {
  it('what is shown in the end is what a reload shows', () => {
    for (let seed = 1; seed <= 500; seed += 1) {
      const chance = chances(seed);
      const world = new World(chance);
      for (let steps = chance(80); steps > 0; steps -= 1) world.step();
      world.settle();
      const shown = [...(world.state.shown.rows?.values() ?? [])];
      expect(
        shown.sort((one, other) => one.service.localeCompare(other.service)),
        `seed ${seed}`,
      ).toEqual(world.rows());
    }
  });
});
