import type { BlockerKind } from '../blockers';
import type { Step } from '../course';

interface Scope {
  kinds: BlockerKind[];
  environment: string;
  whole: boolean;
}

/** What an override is given for. */
export function scopeOf(
  { kinds, environment, whole }: Scope,
  service: string,
  steps: readonly Pick<Step, 'environments' | 'wave'>[],
) {
  const wave = steps.find((step) => step.environments.some(({ name }) => name === environment))?.wave ?? null;
  // without a wave an override would be for everywhere
  return { kinds, service, ...(whole && wave !== null ? { wave } : { environment }) };
}
