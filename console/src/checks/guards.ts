/** Whom a check is for, as it is configured. */
export interface Guard {
  service: { name: string } | null;
  services: readonly string[];
  team: { name: string } | null;
  stage: { name: string } | null;
  wave: { name: string; stage: { name: string } } | null;
}

export interface Guarded {
  name: string;
  team: { name: string } | null;
  stages: { nodes: readonly { name: string }[] };
}

/** A glob over names as a pattern: `*` is any text and `?` one character, as in the service. */
export function patternOf(glob: string): RegExp {
  const escaped = glob.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
}

/** The stage that it is required in. */
export function stageOf({ stage, wave }: Pick<Guard, 'stage' | 'wave'>): string | undefined {
  return stage?.name ?? wave?.stage.name;
}

function isMeant({ service, services, team }: Guard, { name, team: owner }: Guarded): boolean {
  if (service !== null) return service.name === name;
  if (team !== null) return owner?.name === team.name;
  return services.length === 0 || services.some((glob) => patternOf(glob).test(name));
}

/** The services that it guards: those it is for, as far as they pass its stage. */
export function guardedBy<Service extends Guarded>(check: Guard, services: readonly Service[]): Service[] {
  const stage = stageOf(check);
  return services.filter(
    (each) => isMeant(check, each) && each.stages.nodes.some(({ name }) => name === stage),
  );
}

/** Whom it is for, in words. */
export function meantFor({ service, services, team }: Guard): string {
  if (service !== null) return service.name;
  if (team !== null) return `services of ${team.name}`;
  return services.length === 0 ? 'all services' : services.join(', ');
}

/** Where it is required, in words. */
export function requiredIn({ stage, wave }: Pick<Guard, 'stage' | 'wave'>): string {
  if (wave !== null) return wave.name;
  return stage === null ? '–' : `${stage.name}, every wave`;
}
