import type {
  ActiveOverrideFragment,
  PipelineOfServiceQuery,
  PlacedHoldFragment,
} from '../pipeline.generated';

type Service = NonNullable<PipelineOfServiceQuery['service']>;

/** Of all that people have said: what is about a service, alone or with others, where it goes. */
export function standingOf(
  { holds, overrides }: Pick<PipelineOfServiceQuery, 'holds' | 'overrides'>,
  { name, environments }: Pick<Service, 'name'> & { environments: { nodes: { name: string }[] } },
): { holds: PlacedHoldFragment[]; overrides: ActiveOverrideFragment[] } {
  const places = new Set(environments.nodes.map((each) => each.name));
  const isAbout = (service: { name: string } | null): boolean => service === null || service.name === name;
  return {
    holds: holds.nodes.filter(({ service, environment }) => isAbout(service) && places.has(environment.name)),
    overrides: overrides.nodes.filter(
      ({ service, environment }) =>
        isAbout(service) && (environment === null || places.has(environment.name)),
    ),
  };
}
