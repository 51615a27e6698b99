import type { Entities, Values } from './entities';
import type { StageOrder } from './order';

/** Stages with their waves and the shared environments in these, in the order of the way to production. */
export function stagesOf(entities: Entities): StageOrder[] {
  const shared = entities.environment.filter(({ kind }) => kind === 'SHARED');
  const environments = grouped(shared, 'wave');
  const waves = grouped(entities.wave, 'stage');
  return inOrder(
    entities.stage.map((stage) => ({
      name: String(stage['name']),
      position: Number(stage['position']),
      waves: inOrder(
        (waves.get(String(stage['name'])) ?? []).map((wave) => ({
          name: String(wave['name']),
          position: Number(wave['position']),
          environments: (environments.get(String(wave['name'])) ?? []).map(({ name }) => String(name)).sort(),
        })),
      ),
    })),
  );
}

function grouped(entities: readonly Values[], field: string): Map<string, Values[]> {
  const found = new Map<string, Values[]>();
  for (const each of entities) {
    const key = String(each[field]);
    found.set(key, [...(found.get(key) ?? []), each]);
  }
  return found;
}

function inOrder<Placed extends { position: number }>(placed: Placed[]): Placed[] {
  return placed.sort((one, other) => one.position - other.position);
}

/** A move as a sentence, for whoever hears it and for the list of what is not saved. */
export function places(stages: readonly StageOrder[]): Record<string, string> {
  const found: Record<string, string> = {};
  stages.forEach((stage, index) => {
    found[`stage ${stage.name}`] = `${index + 1} of ${stages.length}`;
    stage.waves.forEach((wave, place) => {
      found[`wave ${wave.name}`] = `${place + 1} of ${stage.waves.length} in ${stage.name}`;
      for (const name of wave.environments) found[`environment ${name}`] = `in ${wave.name}`;
    });
  });
  return found;
}

/** What stands elsewhere than before, a sentence each. */
export function movedSentences(before: readonly StageOrder[], after: readonly StageOrder[]): string[] {
  const [old, now] = [places(before), places(after)];
  return Object.keys(now)
    .filter((name) => old[name] !== now[name])
    .map((name) => `${name}: ${old[name] ?? 'new'} → ${now[name]}`);
}
